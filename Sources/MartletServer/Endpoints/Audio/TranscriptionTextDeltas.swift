import Martlet

/// What of a transcription's text is certain after each of its segments; all pieces together are its `text`.
struct TranscriptionTextDeltas {
    private(set) var text = ""
    /// White space that belongs to the text only if more comes.
    private var blanks = ""

    /// What the next segment adds.
    mutating func add(_ segment: String) -> String {
        var delta = Substring(blanks + segment)
        if text.isEmpty { delta = delta.drop { $0.isWhitespace } }
        let end = delta.lastIndex { !$0.isWhitespace }.map { delta.index(after: $0) } ?? delta.startIndex
        blanks = String(delta[end...])
        text += delta[..<end]
        return String(delta[..<end])
    }
}
