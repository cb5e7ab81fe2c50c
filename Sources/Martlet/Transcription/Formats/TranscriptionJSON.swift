/// A transcription as one JSON object, spelled as Python's `json.dump` does.
///
/// **Source** openai-whisper `transcribe` (members and their order) and `WriteJSON`.
enum TranscriptionJSON {
    static func text(of transcription: Transcription) -> String {
        object([
            ("text", string(transcription.segments.map(\.text).joined())),
            ("segments", array(transcription.segments.map(segment))),
            ("language", string(transcription.summary.language)),
        ])
    }

    private static func segment(_ segment: TranscriptionSegment) -> String {
        var members = [
            ("id", String(segment.id)), ("seek", String(segment.seek)), ("start", number(segment.start)),
            ("end", number(segment.end)), ("text", string(segment.text)),
            ("tokens", array(segment.tokens.map { String($0) })), ("temperature", number(segment.temperature)),
            ("avg_logprob", number(segment.avgLogprob)), ("compression_ratio", number(segment.compressionRatio)),
            ("no_speech_prob", number(segment.noSpeechProb)),
        ]
        if let words = segment.words { members.append(("words", array(words.map(word)))) }
        return object(members)
    }

    private static func word(_ word: TranscriptionWord) -> String {
        object([
            ("word", string(word.word)), ("start", number(word.start)), ("end", number(word.end)),
            ("probability", number(word.probability)),
        ])
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(string($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
    }

    private static func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ", ") + "]" }

    /// The shortest digits that give the number again; what is no number is `null`, as JSON has no word for it.
    private static func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
        value.isFinite ? value.description : "null"
    }

    private static func string(_ text: String) -> String {
        var out = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: out += "\\\""
            case 0x5C: out += "\\\\"
            case 0x0A: out += "\\n"
            case 0x0D: out += "\\r"
            case 0x09: out += "\\t"
            case 0x08: out += "\\b"
            case 0x0C: out += "\\f"
            case 0x20..<0x7F: out.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return out + "\""
    }
}
