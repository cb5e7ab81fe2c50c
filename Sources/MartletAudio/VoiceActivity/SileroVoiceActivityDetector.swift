/// Silero VAD v5 and v6, read from the ggml files whisper.cpp uses.
public struct SileroVoiceActivityDetector: VoiceActivityDetector {
    /// Samples in a frame.
    public let frameLength = 512

    /// Reads the weights.
    /// - Throws: `.malformed` for a truncated or contradictory file, `.unsupported` for another network.
    public init(ggmlFile bytes: UnsafeRawBufferPointer) throws(AudioError) {
        throw AudioError(.unsupported, "Silero voice activity detection cannot be loaded yet")
    }

    /// The probability, 0 to 1, that the next frame of the stream holds speech.
    public mutating func speechProbability(of frame: UnsafeBufferPointer<Float>) -> Float { 0 }

    /// Forgets the stream so far.
    public mutating func reset() {}
}
