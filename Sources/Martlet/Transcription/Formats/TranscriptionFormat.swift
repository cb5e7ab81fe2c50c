/// How a transcription is written; names and bytes as openai-whisper's writers.
public enum TranscriptionFormat: String, Sendable, Hashable, CaseIterable {
    /// A line per segment.
    case txt
    /// WebVTT subtitles.
    case vtt
    /// SubRip subtitles.
    case srt
    /// Tab-separated milliseconds and text.
    case tsv
    /// Everything.
    case json

    /// The transcription in this format, with a line break at the end where the format has lines.
    ///
    /// **Source** openai-whisper `get_writer`; in subtitles of words, too, `-->` is written `->`, which would end them.
    public func text(of transcription: Transcription) -> String {
        switch self {
        case .txt: return transcription.segments.map { SpacedText.stripped($0.text) + "\n" }.joined()
        case .tsv: return SubtitleWriter.tsv(transcription.segments)
        case .json: return TranscriptionJSON.text(of: transcription)
        case .vtt:
            let cues = SubtitleCue.cues(of: transcription.segments)
            return "WEBVTT\n\n" + cues.map { SubtitleWriter.vtt($0) }.joined()
        case .srt:
            let cues = SubtitleCue.cues(of: transcription.segments)
            return cues.enumerated().map { SubtitleWriter.srt($0.element, number: $0.offset + 1) }.joined()
        }
    }
}
