extension WeightFormat {
    /// Converts whole blocks of this format to float32.
    public func dequantize(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .f32:
            for index in output.indices {
                output[index] = bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            }
        case .f16:
            for index in output.indices {
                let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                output[index] = Float(Float16(bitPattern: bits))
            }
        case .bf16:
            for index in output.indices {
                let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                output[index] = Float(bitPattern: UInt32(bits) << 16)
            }
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_nl:
            preconditionFailure("block formats come with their own files")
        }
    }
}
