extension WeightFormat {
    /// Decodes whole blocks to float32; the plain reference that every kernel is compared with.
    ///
    /// Scales that lie apart are not applied; `WeightView.dequantize` does that.
    ///
    /// **Shape** `bytes` holds exactly `rowBytes(output.count)` bytes, a whole number of blocks; no alignment needed.
    /// **DType** float32 arithmetic in the order of the source, so results are equal bit for bit.
    /// **Source** gguf-py `gguf.quants.dequantize`, ggml-quants.c `dequantize_row_*`.
    public func dequantize(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>) {
        precondition(bytes.count == rowBytes(output.count), "\(bytes.count) bytes for \(output.count) \(self) elements")
        guard let source = bytes.baseAddress, let target = output.baseAddress else { return }
        let decode = blockDecoder
        for block in 0..<(output.count / blockSize) {
            decode(source + block * blockBytes, target + block * blockSize)
        }
    }

    /// Decodes the `blockBytes` bytes at the first pointer to the `blockSize` floats at the second.
    typealias BlockDecoder = (UnsafeRawPointer, UnsafeMutablePointer<Float>) -> Void

    private var blockDecoder: BlockDecoder {
        switch self {
        case .f32: { $1.pointee = $0.loadUnaligned(as: Float.self) }
        case .f16: { $1.pointee = $0.half(at: 0) }
        case .bf16: { $1.pointee = Float(bitPattern: UInt32($0.loadUnaligned(as: UInt16.self)) << 16) }
        case .f8_e4m3: { $1.pointee = Float8.e4m3($0.byte(0)) }
        case .e2m1: Float4.pair
        case .mxfp4: Float4.mxfp4
        case .q4_0: Blocks32.q4_0
        case .q4_1: Blocks32.q4_1
        case .q5_0: Blocks32.q5_0
        case .q5_1: Blocks32.q5_1
        case .q8_0: Blocks32.q8_0
        case .iq4_nl: Blocks32.iq4_nl
        case .q2_K: Blocks256.q2_K
        case .q3_K: Blocks256.q3_K
        case .q4_K: Blocks256.q4_K
        case .q5_K: Blocks256.q5_K
        case .q6_K: Blocks256.q6_K
        }
    }
}

extension UnsafeRawPointer {
    /// The float16 at a byte offset, widened.
    func half(at offset: Int) -> Float {
        Float(Float16(bitPattern: loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }

    /// The byte at an offset.
    func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

    /// The signed byte at an offset.
    func int8(_ offset: Int) -> Int8 { load(fromByteOffset: offset, as: Int8.self) }
}
