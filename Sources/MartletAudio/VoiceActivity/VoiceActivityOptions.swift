/// How speech probabilities become ranges of speech.
///
/// **Source** silero-vad `get_speech_timestamps` and faster-whisper `VadOptions`; the defaults are those of
/// faster-whisper's `BatchedInferencePipeline.transcribe` (pauses of 160 ms end a range, ranges of at most 30 s).
public struct VoiceActivityOptions: Hashable, Sendable {
    /// Speech begins with a frame at least this probable.
    public var threshold: Float
    /// Speech goes on while frames are at least this probable; nil: `max(threshold - 0.15, 0.01)`.
    public var negThreshold: Float?
    /// Shorter speech is dropped; seconds.
    public var minSpeechDuration: Double
    /// Longer speech is split at its last pause of more than 98 ms; seconds. Windows never exceed 30 s, whatever this is.
    public var maxSpeechDuration: Double
    /// A pause must last this long to end a range; seconds.
    public var minSilenceDuration: Double
    /// What is added to both sides of a range, from the silence around it; seconds.
    public var speechPad: Double

    /// Options; durations are in seconds.
    public init(
        threshold: Float = 0.5, negThreshold: Float? = nil, minSpeechDuration: Double = 0,
        maxSpeechDuration: Double = 30, minSilenceDuration: Double = 0.16, speechPad: Double = 0.4
    ) {
        self.threshold = threshold
        self.negThreshold = negThreshold
        self.minSpeechDuration = minSpeechDuration
        self.maxSpeechDuration = maxSpeechDuration
        self.minSilenceDuration = minSilenceDuration
        self.speechPad = speechPad
    }
}
