import CMartletKernels

/// The formats under test with GGML's block sizes.
enum Format: String, CaseIterable, Sendable {
    case f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, iq4_nl, q2_K, q3_K, q4_K, q5_K, q6_K, mxfp4, f8_e4m3, e2m1

    var ck: ck_format {
        switch self {
        case .f32: CK_F32
        case .f16: CK_F16
        case .bf16: CK_BF16
        case .q8_0: CK_Q8_0
        case .q4_0: CK_Q4_0
        case .q4_1: CK_Q4_1
        case .q5_0: CK_Q5_0
        case .q5_1: CK_Q5_1
        case .iq4_nl: CK_IQ4_NL
        case .q2_K: CK_Q2_K
        case .q3_K: CK_Q3_K
        case .q4_K: CK_Q4_K
        case .q5_K: CK_Q5_K
        case .q6_K: CK_Q6_K
        case .mxfp4: CK_MXFP4
        case .f8_e4m3: CK_F8_E4M3
        case .e2m1: CK_E2M1
        }
    }

    var blockSize: Int {
        switch self {
        case .f32, .f16, .bf16, .f8_e4m3: 1
        case .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .iq4_nl, .mxfp4, .e2m1: 32
        case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K: 256
        }
    }

    var blockBytes: Int {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        case .f8_e4m3: 1
        case .e2m1: 16
        case .mxfp4: 17
        case .q8_0: 34
        case .q4_0, .iq4_nl: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q2_K: 84
        case .q3_K: 110
        case .q4_K: 144
        case .q5_K: 176
        case .q6_K: 210
        }
    }

    /// Columns under one of the scales that lie apart, in most checkpoints; 0 for formats without such.
    var scaleColumns: Int {
        switch self {
        case .f8_e4m3: 128
        case .e2m1: 32
        default: 0
        }
    }

    /// Where a block keeps its half-precision scale and minimum.
    var halves: [Int] {
        switch self {
        case .f32, .bf16, .f8_e4m3, .e2m1, .mxfp4: []
        case .f16, .q8_0, .q4_0, .q5_0, .iq4_nl: [0]
        case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
        case .q2_K: [80, 82]
        case .q3_K: [108]
        case .q6_K: [208]
        }
    }
}

/// The names of the tables that this CPU can run.
enum Tables {
    static let names: [String] = {
        var names: [String] = []
        while let table = ck_linear_runnable(Int32(names.count)) { names.append(String(cString: table.pointee.name)) }
        return names
    }()
}

/// A small generator, so that a failure repeats.
struct Random {
    private var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func bits() -> UInt32 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt32(truncatingIfNeeded: state >> 33)
    }

    /// In -1 ..< 1.
    mutating func real() -> Float { Float(bits() & 0xff_ffff) / Float(1 << 23) - 1 }
}
