/// What a transcription is sent as.
enum TranscriptionResponseFormat: String, CaseIterable, Sendable {
    case json, text, srt
    case verboseJSON = "verbose_json"
    case vtt

    /// Whether it can be sent piece by piece.
    var streams: Bool { self == .json || self == .text }
}
