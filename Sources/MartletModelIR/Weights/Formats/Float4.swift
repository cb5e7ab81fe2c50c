/// Four-bit floating point E2M1. **Source** OCP Microscaling Formats, ggml-common.h `block_mxfp4`.
enum Float4 {
    /// The sixteen values; negative zero counts as zero, as in gguf-py.
    private static let values: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6]

    /// Two elements of a byte, the low nibble first.
    static func pair(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        target[0] = values[Int(source.byte(0) & 15)]
        target[1] = values[Int(source.byte(0) >> 4)]
    }

    /// GGML's block of 32 with its exponent in front.
    static func mxfp4(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = Float8.e8m0(source.byte(0))
        for index in 0..<16 {
            target[index] = values[Int(source.byte(1 + index) & 15)] * scale
            target[index + 16] = values[Int(source.byte(1 + index) >> 4)] * scale
        }
    }
}
