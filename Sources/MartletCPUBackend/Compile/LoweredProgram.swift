import MartletModelIR

/// Which rows a value has.
enum RowDomain: Hashable, BitwiseCopyable {
    /// The step's tokens.
    case tokens
    /// So many rows for each of the step's tokens.
    case tokenRows(Int)
    /// The rows whose logits are wanted.
    case logitRows
}

/// Rows a region reads, with what happens to them on the way.
struct LoweredSource: Hashable {
    /// The value that lies in memory.
    var value: Int
    /// Read row `logitRows[i]` instead of row i.
    var isGathered = false
    /// Read the rows around each row side by side.
    var unfold: Unfold?
    /// Normalise the row after reading it.
    var norm: Norm?
}

/// A function of single elements.
enum LoweredFunction: Hashable {
    case activation(Activation)
    case scale(Float)
    case softcap(Float)
}

/// What happens to heads in place before attention.
enum LoweredHeadOp: Hashable {
    case norm(query: Norm, key: Norm)
    case rotate(RotaryEmbedding)
}

/// What a linear region does to its result while it is in the cache, in this order.
struct LoweredEpilogue: Hashable {
    /// Multiplies the activated first half with the second half.
    var gate: Activation?
    /// Maps every element.
    var functions: [LoweredFunction] = []
    /// Adds another value.
    var addend: Int?
}

/// A stretch of work that is complete before the next begins.
enum LoweredRegion: Hashable {
    case embed(WeightRef, EmbeddingIndex, LoweredFunction?, out: Int)
    /// What the batch brings.
    case features(out: Int)
    /// Perhaps with a sum.
    case rows(LoweredSource, addend: Int?, out: Int)
    case linear(LoweredSource, [WeightRef], bias: [WeightRef?], LoweredEpilogue, out: Int)
    case heads(Int, LoweredHeadOp, AttentionSpec, out: Int)
    case attention(Int, [LoweredHeadOp], AttentionSpec, out: Int)
    case storeCrossKV(Int, CrossAttentionSpec, out: Int)
    case crossAttention(Int, CrossAttentionSpec, out: Int)
    case latentAttention(query: Int, latent: Int, ropeKey: Int, LatentAttentionSpec, out: Int)
    case gated(Int, Activation, out: Int)
    case map(Int, LoweredFunction, out: Int)
    case add(Int, Int, out: Int)
    case multiply(Int, Int, out: Int)
    /// The sum of the chosen experts, plus another value if there is one.
    case experts(LoweredSource, MixtureOfExperts, addend: Int?, out: Int)
    /// A layer with a state, as it was recorded.
    case recurrent(Op, out: Int)

    /// What a region reads and writes.
    struct Ports {
        /// Values read.
        var inputs: [Int]
        /// The value written.
        var output: Int
        /// Weights to be packed for matrix products.
        var matrices: [WeightRef] = []
    }

    /// What the region reads and writes.
    var ports: Ports {
        switch self {
        case .embed(_, _, _, let out), .features(let out): Ports(inputs: [], output: out)
        case .rows(let source, let addend, let out):
            Ports(inputs: [source.value] + [addend].compactMap(\.self), output: out)
        case .linear(let source, let weights, _, let epilogue, let out):
            Ports(inputs: [source.value] + [epilogue.addend].compactMap(\.self), output: out, matrices: weights)
        case .storeCrossKV(let x, _, let out), .crossAttention(let x, _, let out): Ports(inputs: [x], output: out)
        case .heads(let x, _, _, let out), .attention(let x, _, _, let out), .gated(let x, _, let out),
            .map(let x, _, let out):
            Ports(inputs: [x], output: out)
        case .latentAttention(let query, let latent, let ropeKey, _, let out):
            Ports(inputs: [query, latent, ropeKey], output: out)
        case .experts(let source, _, let addend, let out):
            Ports(inputs: [source.value] + [addend].compactMap(\.self), output: out)
        case .recurrent(let op, let out): Ports(inputs: op.inputs.map(\.id), output: out)
        case .add(let x, let y, let out), .multiply(let x, let y, let out): Ports(inputs: [x, y], output: out)
        }
    }

    /// The value written.
    var output: Int { ports.output }

    /// Whether the value depends on the batch alone and is there before all others.
    var isInput: Bool {
        switch self {
        case .embed, .features: true
        default: false
        }
    }
}
