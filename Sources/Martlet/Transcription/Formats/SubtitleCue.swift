/// A text that is shown for a while.
struct SubtitleCue: Sendable, Hashable {
    var start: Double
    var end: Double
    var text: String

    /// Longer lines are broken.
    ///
    /// **Source** openai-whisper `SubtitlesWriter`: `max_line_width` where none is given.
    private static let maxLineWidth = 1000

    /// One cue per segment; where there are words, from the first word to the last.
    ///
    /// **Source** openai-whisper `SubtitlesWriter.iterate_result` without options.
    static func cues(of segments: [TranscriptionSegment]) -> [SubtitleCue] {
        guard segments.first?.words != nil else {
            return segments.map { segment in
                SubtitleCue(start: segment.start, end: segment.end, text: escaped(SpacedText.stripped(segment.text)))
            }
        }
        var cues: [SubtitleCue] = []
        for words in segments.compactMap(\.words) {
            guard let first = words.first, let last = words.last else { continue }
            cues.append(SubtitleCue(start: first.start, end: last.end, text: escaped(lines(of: words))))
        }
        return cues
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

    private static func escaped(_ text: String) -> String { text.replacing("-->", with: "->") }
}
