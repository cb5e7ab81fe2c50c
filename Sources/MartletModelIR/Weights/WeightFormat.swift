/// How the elements of a weight are stored; raw values below 1000 are GGML's type numbers.
///
/// **Source** ggml.h `enum ggml_type`, ggml-common.h block structs; OCP 8-bit floating point and microscaling formats.
public enum WeightFormat: UInt32, Hashable, Sendable, CaseIterable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case iq4_nl = 20
    case bf16 = 30
    /// GGML's MXFP4: an E8M0 exponent, then 32 E2M1 elements, the first 16 in the low nibbles.
    case mxfp4 = 39
    /// FP8 E4M3FN (448 is the largest, no infinity); scales lie apart, see `WeightScales`.
    case f8_e4m3 = 1000
    /// E2M1, two elements a byte, the first in the low nibble; scales lie apart (gpt-oss `*_blocks`).
    case e2m1 = 1001

    /// Elements of one block along the row; a row's length is a multiple of it.
    public var blockSize: Int {
        switch self {
        case .f32, .f16, .bf16, .f8_e4m3: 1
        case .e2m1: 2
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_nl, .mxfp4: 32
        case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K: 256
        }
    }

    /// Bytes of one block.
    public var blockBytes: Int {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        case .f8_e4m3, .e2m1: 1
        case .mxfp4: 17
        case .q4_0, .iq4_nl: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q2_K: 84
        case .q3_K: 110
        case .q4_K: 144
        case .q5_K: 176
        case .q6_K: 210
        }
    }

    /// Bytes of a row of `count` elements; `count` must be a multiple of `blockSize`.
    public func rowBytes(_ count: Int) -> Int {
        precondition(count % blockSize == 0, "row of \(count) elements is no whole number of \(self) blocks")
        return count / blockSize * blockBytes
    }

    /// True for formats whose elements have fewer than 16 bits.
    public var isQuantized: Bool { blockSize > 1 || self == .f8_e4m3 }
}
