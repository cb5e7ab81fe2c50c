/// Decodes the samples of one audio file from its start to its end.
///
/// **Threading** one thread at a time.
protocol PCMDecoder: AnyObject {
    /// What the file is.
    var format: AudioFormat { get }

    /// Decodes the next frames, interleaved, as many as `buffer` holds whole, and returns how many: 0 only at the end.
    ///
    /// Full scale is -1 to 1. `buffer` has room for at least one frame.
    /// **Throws** `malformed` where the file breaks its format's rules.
    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws(AudioError) -> Int
}
