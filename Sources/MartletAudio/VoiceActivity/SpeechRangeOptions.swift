/// `VoiceActivityOptions` in samples; a duration that is negative or no number counts as none.
struct SpeechRangeOptions: Sendable {
    let threshold: Float
    let negThreshold: Float
    let minSpeech: Double
    let maxSpeech: Double
    let minSilence: Double
    let pad: Double
    /// What a pause must exceed to be a place where speech that is too long may be split.
    let longPause = 98.0 * 16

    init(_ options: VoiceActivityOptions, frameLength: Int) {
        func samples(_ seconds: Double) -> Double { seconds > 0 ? seconds * 16_000 : 0 }
        threshold = options.threshold
        negThreshold = options.negThreshold ?? max(options.threshold - 0.15, 0.01)
        minSpeech = samples(options.minSpeechDuration)
        minSilence = samples(options.minSilenceDuration)
        pad = min(samples(options.speechPad), 1e9)
        maxSpeech = samples(options.maxSpeechDuration) - Double(frameLength) - 2 * pad
    }
}
