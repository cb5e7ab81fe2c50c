/// Decoders of the formats with one scale for 32 elements.
///
/// Byte i of the packed quants holds element i in its low and element i + 16 in its high nibble.
/// **Source** ggml-common.h `block_q4_0` to `block_q8_0`, `block_iq4_nl`.
enum Blocks32 {
    private static let size = 32
    private static let half = size / 2

    /// d: f16 | qs: 16 bytes. x = d * (q - 8)
    static func q4_0(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        for index in 0..<half {
            let packed = block.byte(2 + index)
            out[index] = scale * Float(Int(packed & 15) - 8)
            out[index + half] = scale * Float(Int(packed >> 4) - 8)
        }
    }

    /// d: f16 | m: f16 | qs: 16 bytes. x = d * q + m
    static func q4_1(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        let minimum = block.half(at: 2)
        for index in 0..<half {
            let packed = block.byte(4 + index)
            out[index] = scale * Float(packed & 15) + minimum
            out[index + half] = scale * Float(packed >> 4) + minimum
        }
    }

    /// d: f16 | qh: 4 bytes, the fifth bit of element i is bit i | qs: 16 bytes. x = d * (q - 16)
    static func q5_0(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        let high = block.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
        for index in 0..<half {
            let (low, top) = fiveBits(block.byte(6 + index), high, index)
            out[index] = scale * Float(Int(low) - 16)
            out[index + half] = scale * Float(Int(top) - 16)
        }
    }

    /// d: f16 | m: f16 | qh: 4 bytes | qs: 16 bytes. x = d * q + m
    static func q5_1(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        let minimum = block.half(at: 2)
        let high = block.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        for index in 0..<half {
            let (low, top) = fiveBits(block.byte(8 + index), high, index)
            out[index] = scale * Float(low) + minimum
            out[index + half] = scale * Float(top) + minimum
        }
    }

    /// d: f16 | qs: 32 signed bytes. x = d * q
    static func q8_0(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        for index in 0..<size { out[index] = scale * Float(block.int8(2 + index)) }
    }

    /// d: f16 | qs: 16 bytes, indices into `nonLinearValues`. x = d * values[q]
    static func iq4_nl(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        for index in 0..<half {
            let packed = block.byte(2 + index)
            out[index] = scale * nonLinearValues[Int(packed & 15)]
            out[index + half] = scale * nonLinearValues[Int(packed >> 4)]
        }
    }

    /// **Source** ggml-common.h `kvalues_iq4nl`.
    private static let nonLinearValues: [Float] = [
        -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
    ]

    /// The five-bit quants of elements `index` and `index + 16`.
    private static func fiveBits(_ packed: UInt8, _ high: UInt32, _ index: Int) -> (UInt8, UInt8) {
        let low = packed & 15 | UInt8(truncatingIfNeeded: high >> index & 1) << 4
        let top = packed >> 4 | UInt8(truncatingIfNeeded: high >> (index + half) & 1) << 4
        return (low, top)
    }
}
