public import MartletModelIR

/// An element type as safetensors headers spell it; only some can be weights.
///
/// **Source** safetensors `tensor.rs` enum `Dtype`.
public struct SafetensorsDType: Hashable, Sendable, CustomStringConvertible {
    /// The header's spelling, for instance `BF16`.
    public let name: String

    /// The type of that name; any name is accepted.
    public init(_ name: String) { self.name = name }

    /// The header's spelling.
    public var description: String { name }

    /// Bits of one element, nil for a type that is not known.
    public var bits: Int? { Self.bits[name] }

    /// The storage format of weights of this type, nil when weights cannot have it.
    public var format: WeightFormat? {
        switch name {
        case "F32": .f32
        case "F16": .f16
        case "BF16": .bf16
        default: nil
        }
    }

    private static let bits = [
        "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
        "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32,
        "F32": 32, "F64": 64, "I64": 64, "U64": 64, "C64": 64,
    ]
}
