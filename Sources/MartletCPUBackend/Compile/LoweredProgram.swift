import MartletModelIR

/// Which rows a value has.
enum RowDomain: Hashable {
    /// The step's tokens.
    case tokens
    /// The rows whose logits are wanted.
    case logitRows
}

/// Rows a region reads, with what happens to them on the way.
struct LoweredSource: Hashable {
    /// The value that lies in memory.
    var value: Int
    /// Read row `logitRows[i]` instead of row i.
    var isGathered = false
    /// Normalise the row after reading it.
    var norm: Norm?
}

/// What happens to heads in place before attention.
enum LoweredHeadOp: Hashable {
    case norm(query: Norm, key: Norm)
    case rotate(RotaryEmbedding)
}

/// What a linear region does to its result while it is in the cache.
enum LoweredEpilogue: Hashable {
    case none
    /// Adds another value.
    case add(Int)
    /// Multiplies the activated first half with the second half.
    case gatedSilu
}

/// A stretch of work that is complete before the next begins.
enum LoweredRegion: Hashable {
    case embed(WeightRef, EmbeddingIndex, out: Int)
    case rows(LoweredSource, out: Int)
    case linear(LoweredSource, [WeightRef], bias: [WeightRef?], LoweredEpilogue, out: Int)
    case heads(Int, LoweredHeadOp, AttentionSpec, out: Int)
    case attention(Int, [LoweredHeadOp], AttentionSpec, out: Int)
    case gatedSilu(Int, out: Int)
    case add(Int, Int, out: Int)
    /// The sum of the chosen experts, plus another value if there is one.
    case experts(LoweredSource, MixtureOfExperts, addend: Int?, out: Int)

    /// Values read.
    var inputs: [Int] {
        switch self {
        case .embed: []
        case .rows(let source, _): [source.value]
        case .linear(let source, _, _, .add(let other), _): [source.value, other]
        case .linear(let source, _, _, _, _): [source.value]
        case .heads(let x, _, _, _), .attention(let x, _, _, _), .gatedSilu(let x, _): [x]
        case .add(let x, let y, _): [x, y]
        case .experts(let source, _, let addend, _): [source.value] + [addend].compactMap(\.self)
        }
    }

    /// The value written.
    var output: Int {
        switch self {
        case .embed(_, _, let out), .rows(_, let out), .linear(_, _, _, _, let out), .heads(_, _, _, let out),
            .attention(_, _, _, let out), .gatedSilu(_, let out), .add(_, _, let out), .experts(_, _, _, let out):
            out
        }
    }
}
