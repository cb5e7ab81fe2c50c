/// A normalisation of rows, or of equal groups of columns of each row.
public struct Norm: Hashable, Sendable {
    /// What is divided by.
    public enum Kind: Hashable, Sendable {
        /// `x * rsqrt(mean(x^2) + eps)`.
        case rms
        /// `(x - mean(x)) * rsqrt(var(x) + eps)`.
        case layer
    }

    /// What is divided by.
    public var kind: Kind
    /// Columns normalised together; divides the width.
    public var groupSize: Int
    /// Factors, concatenated: as wide as a group, which all groups share, or as the whole row; empty for none.
    public var weights: [WeightRef]
    /// Summands after the factors, shaped as `weights`; empty for none.
    public var biases: [WeightRef]
    /// Added to every factor: 1 where checkpoints store the distance from one (Gemma).
    public var weightOffset: Float
    /// Added under the root.
    public var eps: Float

    /// A norm with the given parts.
    public init(
        _ kind: Kind, groupSize: Int, weights: [WeightRef], biases: [WeightRef] = [], weightOffset: Float = 0,
        eps: Float
    ) {
        self.kind = kind
        self.groupSize = groupSize
        self.weights = weights
        self.biases = biases
        self.weightOffset = weightOffset
        self.eps = eps
    }

    /// An RMSNorm over rows or groups as wide as `weight`.
    public static func rms(_ weight: WeightRef, eps: Float, weightOffset: Float = 0) -> Norm {
        Norm(.rms, groupSize: weight.shape[0], weights: [weight], weightOffset: weightOffset, eps: eps)
    }

    /// A LayerNorm over rows or groups as wide as `weight`.
    public static func layer(_ weight: WeightRef, bias: WeightRef? = nil, eps: Float) -> Norm {
        Norm(.layer, groupSize: weight.shape[0], weights: [weight], biases: bias.map { [$0] } ?? [], eps: eps)
    }

    /// Traps unless the norm fits rows of `width` columns, which is an error in the model's code.
    func check(width: Int) {
        precondition(groupSize > 0 && width % groupSize == 0, "groups of \(groupSize) in rows of \(width)")
        for parts in [weights, biases] where !parts.isEmpty {
            let sum = parts.reduce(0) { $0 + $1.shape[0] }
            precondition(sum == groupSize || sum == width, "\(parts[0].name): \(sum) factors for rows of \(width)")
        }
    }
}
