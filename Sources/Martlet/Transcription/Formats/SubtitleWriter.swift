/// Writes cues and rows.
///
/// **Source** openai-whisper `WriteVTT`, `WriteSRT`, `WriteTSV`, `format_timestamp`.
enum SubtitleWriter {
    static func vtt(_ cue: SubtitleCue) -> String {
        let (start, end) = (time(cue.start, decimalMarker: "."), time(cue.end, decimalMarker: "."))
        return "\(start) --> \(end)\n\(cue.text)\n\n"
    }

    static func srt(_ cue: SubtitleCue, number: Int) -> String {
        let start = time(cue.start, alwaysHours: true, decimalMarker: ",")
        let end = time(cue.end, alwaysHours: true, decimalMarker: ",")
        return "\(number)\n\(start) --> \(end)\n\(cue.text)\n\n"
    }

    static func tsv(_ segments: [TranscriptionSegment]) -> String {
        let rows = segments.map { segment in
            let text = SpacedText.stripped(segment.text).replacing("\t", with: " ")
                .split { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.joined(separator: " ")
            return "\(milliseconds(segment.start))\t\(milliseconds(segment.end))\t\(text)\n"
        }
        return "start\tend\ttext\n" + rows.joined()
    }

    /// `[HH:]MM:SS.mmm`; hours where there are some, or always.
    static func time(_ seconds: Double, alwaysHours: Bool = false, decimalMarker: String) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.count, 0)) + digits
        }
        let total = milliseconds(seconds)
        let hours = total / 3_600_000
        let marker = alwaysHours || hours > 0 ? padded(hours, 2) + ":" : ""
        return marker + padded(total / 60_000 % 60, 2) + ":" + padded(total / 1000 % 60, 2) + decimalMarker
            + padded(total % 1000, 3)
    }

    private static func milliseconds(_ seconds: Double) -> Int {
        Int(min(max((seconds * 1000).rounded(.toNearestOrEven), 0), 1e15))
    }
}
