/// Subtitles in two forms that differ in how they write times and number their lines. **Source** openai-whisper's
/// `WriteSRT` and `WriteVTT`.
public enum SubtitleFormat: String, Sendable, Hashable, CaseIterable {
    case srt, vtt

    /// The whole file; an entry lasts from the beginning of a segment's first word to the end of its last where words
    /// are known, and else as long as the segment.
    public func text(of transcription: Transcription) -> String {
        var text = self == .vtt ? "WEBVTT\n\n" : ""
        for (index, segment) in transcription.segments.enumerated() {
            if self == .srt { text += "\(index + 1)\n" }
            let words = segment.words ?? []
            let start = timestamp(words.first?.start ?? segment.start)
            let end = timestamp(words.last?.end ?? segment.end)
            text += "\(start) --> \(end)\n\(Self.line(segment.text))\n\n"
        }
        return text
    }

    /// `00:01:02,500` in srt; `01:02.500` in vtt, with hours only where there are some.
    func timestamp(_ seconds: Double) -> String {
        let milliseconds = Int(clamping: Int64(exactly: (max(0, seconds) * 1000).rounded(.toNearestOrEven)) ?? 0)
        let hours = milliseconds / 3_600_000
        let minutes = Self.padded(milliseconds / 60_000 % 60, 2)
        let rest = "\(Self.padded(milliseconds / 1000 % 60, 2))\(self == .srt ? "," : ".")"
        let clock = "\(minutes):\(rest)\(Self.padded(milliseconds % 1000, 3))"
        return self == .srt || hours > 0 ? "\(Self.padded(hours, 2)):\(clock)" : clock
    }

    /// One line, or the entry would end, without an arrow, or the next line would be taken for times.
    private static func line(_ text: String) -> String {
        var line = ""
        for character in text {
            if character.isNewline { line += " " } else { line.append(character) }
            if line.hasSuffix("-->") { line.removeLast(3); line += "->" }
        }
        return line.trimmingWhitespace
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension String {
    /// Without the white space around it.
    fileprivate var trimmingWhitespace: String {
        let start = drop { $0.isWhitespace }
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }
}
