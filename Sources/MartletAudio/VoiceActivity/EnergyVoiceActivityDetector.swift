/// Tells speech from silence by loudness: frames well above the quietest of the last seconds.
public struct EnergyVoiceActivityDetector: VoiceActivityDetector {
    /// Samples in a frame.
    public let frameLength = 512
    private var floor: Float = 1e-8

    /// A detector at the start of a stream.
    public init() {}

    /// The probability, 0 to 1, that the next frame of the stream holds speech.
    public mutating func speechProbability(of frame: UnsafeBufferPointer<Float>) -> Float {
        var energy: Float = 0
        for sample in frame where sample.magnitude < 1e6 { energy += sample * sample }
        energy /= Float(max(1, frame.count))
        floor = min(max(energy, 1e-10), floor * 1.02)
        let ratio = energy / (floor * 8 + 1e-7)
        return ratio / (1 + ratio)
    }

    /// Forgets the stream so far.
    public mutating func reset() { floor = 1e-8 }
}
