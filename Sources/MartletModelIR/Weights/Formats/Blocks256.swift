/// Decoders of the "K" formats: super-blocks of 256 elements whose parts have small integer scales of their own.
///
/// **Source** ggml-common.h `block_q2_K` to `block_q6_K`.
enum Blocks256 {
    private static let size = 256

    /// scales: 16 x (4 bits scale, 4 bits minimum) | qs: 64 bytes | d: f16 | dmin: f16.
    /// x = (d * scale) * q - (dmin * minimum), a scale for every 16 elements.
    static func q2_K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 80)
        let minimum = block.half(at: 82)
        for index in 0..<size {
            let part = block.byte(index / 16)
            out[index] =
                (scale * Float(part & 15)) * Float(twoBits(block + 16, index)) - minimum * Float(part >> 4)
        }
    }

    /// hmask: 32 bytes, third bits | qs: 64 bytes | scales: 12 bytes, 16 x 6 bits | d: f16.
    /// x = (d * (scale - 32)) * (q - 4), where a set mask bit is the 4.
    static func q3_K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 108)
        for index in 0..<size {
            let part = index / 16
            let low = block.byte(96 + part % 8) >> (part / 8 * 4) & 15
            let high = block.byte(104 + part % 4) >> (part / 4 * 2) & 3
            let quant = Int(twoBits(block + 32, index)) - (bit(block, index) == 0 ? 4 : 0)
            out[index] = (scale * Float(Int(low | high << 4) - 32)) * Float(quant)
        }
    }

    /// d: f16 | dmin: f16 | scales: 12 bytes | qs: 128 bytes.
    /// x = (d * scale) * q - (dmin * minimum), a scale for every 32 elements.
    static func q4_K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        let minimum = block.half(at: 2)
        for part in 0..<8 {
            let (partScale, partMinimum) = scaleAndMinimum(block + 4, part)
            let factor = scale * Float(partScale)
            let offset = minimum * Float(partMinimum)
            for index in (part * 32)..<(part * 32 + 32) {
                out[index] = factor * Float(fourBits(block + 16, index)) - offset
            }
        }
    }

    /// d: f16 | dmin: f16 | scales: 12 bytes | qh: 32 bytes, fifth bits | qs: 128 bytes. As `q4_K`.
    static func q5_K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 0)
        let minimum = block.half(at: 2)
        for part in 0..<8 {
            let (partScale, partMinimum) = scaleAndMinimum(block + 4, part)
            let factor = scale * Float(partScale)
            let offset = minimum * Float(partMinimum)
            for index in (part * 32)..<(part * 32 + 32) {
                let quant = fourBits(block + 48, index) | bit(block + 16, index) << 4
                out[index] = factor * Float(quant) - offset
            }
        }
    }

    /// ql: 128 bytes | qh: 64 bytes, upper two bits | scales: 16 signed bytes | d: f16.
    /// x = (d * scale) * (q - 32), a scale for every 16 elements.
    static func q6_K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
        let scale = block.half(at: 208)
        for index in 0..<size {
            // Low nibbles: 64 bytes hold 128 elements, the first 64 of them in the low halves.
            let low = block.byte(index / 128 * 64 + index % 64) >> (index % 128 / 64 * 4) & 15
            let quant = Int(low | twoBits(block + 128, index) << 4) - 32
            out[index] = (scale * Float(block.int8(192 + index / 16))) * Float(quant)
        }
    }

    /// Two-bit fields: 32 bytes hold 128 elements, 32 in each bit pair from the lowest.
    private static func twoBits(_ base: UnsafeRawPointer, _ index: Int) -> UInt8 {
        base.byte(index / 128 * 32 + index % 32) >> (index % 128 / 32 * 2) & 3
    }

    /// Nibbles: 32 bytes hold 64 elements, the first 32 of them in the low halves.
    private static func fourBits(_ base: UnsafeRawPointer, _ index: Int) -> UInt8 {
        base.byte(index / 64 * 32 + index % 32) >> (index % 64 / 32 * 4) & 15
    }

    /// Single bits: 32 bytes hold 256 elements, 32 in each bit from the lowest.
    private static func bit(_ base: UnsafeRawPointer, _ index: Int) -> UInt8 {
        base.byte(index % 32) >> (index / 32) & 1
    }

    /// The six-bit scale and minimum of 32-element part 0 to 7, packed in 12 bytes.
    ///
    /// **Source** ggml-quants.c `get_scale_min_k4`.
    private static func scaleAndMinimum(_ base: UnsafeRawPointer, _ part: Int) -> (UInt8, UInt8) {
        if part < 4 { return (base.byte(part) & 63, base.byte(part + 4) & 63) }
        let packed = base.byte(part + 4)
        let scale = packed & 15 | (base.byte(part - 4) >> 6) << 4
        let minimum = packed >> 4 | (base.byte(part) >> 6) << 4
        return (scale, minimum)
    }
}
