public import MartletModelIR

/// One tensor of a GGUF file.
public struct GGUFTensor: Sendable {
    /// GGUF's own name, for instance `blk.0.attn_q.weight`.
    public let name: String
    /// Outermost dimension first, the reverse of the file's order.
    public let shape: [Int]
    /// The file's type number.
    public let type: UInt32
    /// Place of its bytes in the file, nil for a type that is not supported.
    public let range: Range<Int>?

    /// The storage format, nil for a type that is not supported.
    public var format: WeightFormat? { WeightFormat(rawValue: type) }

    /// The number of elements.
    public var elementCount: Int { shape.reduce(1, *) }

    /// GGML's name of the type and its number, for messages.
    public var typeName: String { "\(Self.names[type] ?? "unknown") (\(type))" }

    /// **Source** ggml.h `enum ggml_type`; gaps are types that were removed.
    private static let names: [UInt32: String] = [
        0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 4: "Q4_2", 5: "Q4_3", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
        10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS",
        18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16",
        26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 30: "BF16", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8",
        34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4", 41: "Q1_0",
    ]
}
