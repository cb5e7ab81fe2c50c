/// Says of each frame of 16 kHz samples how likely it holds speech.
public protocol VoiceActivityDetector: Sendable {
    /// Samples in a frame.
    var frameLength: Int { get }

    /// The probability, 0 to 1, that the next frame of the stream holds speech.
    /// - Parameter frame: `frameLength` samples that follow those of the call before.
    mutating func speechProbability(of frame: UnsafeBufferPointer<Float>) -> Float

    /// Forgets the stream so far.
    mutating func reset()
}
