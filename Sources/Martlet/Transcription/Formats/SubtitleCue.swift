/// A text that is shown for a while.
struct SubtitleCue: Sendable, Hashable {
    var start: Double
    var end: Double
    var text: String

    /// Longer lines are broken.
    ///
    /// **Source** openai-whisper `SubtitlesWriter`: `max_line_width` where none is given.
    private static let maxLineWidth = 1000

    /// One cue per segment; where it has words, from the first word to the last.
    ///
    /// **Source** openai-whisper `SubtitlesWriter.iterate_result` without options. There, segments without words are left
    /// out as soon as the first one has some; here their text is kept.
    static func cues(of segments: [TranscriptionSegment]) -> [SubtitleCue] {
        let hasWords = segments.contains { $0.words != nil }
        return segments.compactMap { segment in
            guard let words = segment.words, let first = words.first, let last = words.last else {
                let text = escaped(SpacedText.stripped(segment.text))
                if hasWords, text.isEmpty { return nil }
                return SubtitleCue(start: segment.start, end: segment.end, text: text)
            }
            return SubtitleCue(start: first.start, end: last.end, text: escaped(lines(of: words)))
        }
    }

    private static func lines(of words: [TranscriptionWord]) -> String {
        var text = ""
        var lineLength = 0
        for word in words {
            let length = word.word.unicodeScalars.count
            if lineLength > 0, lineLength + length <= maxLineWidth {
                text += word.word
                lineLength += length
            } else {
                let stripped = SpacedText.stripped(word.word)
                text += (lineLength > 0 ? "\n" : "") + stripped
                lineLength = stripped.unicodeScalars.count
            }
        }
        return text
    }

    /// Without what would end a cue before its text ends: arrows and blank lines.
    private static func escaped(_ text: String) -> String {
        let lines = text.split { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        return lines.filter { !SpacedText.stripped(String($0)).isEmpty }.joined(separator: "\n")
            .replacing("-->", with: "->")
    }
}
