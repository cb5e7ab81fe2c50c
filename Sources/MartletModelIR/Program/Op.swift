/// The semantic operations a model is made of; each has an obviously right implementation in `ReferenceBackend`.
///
/// Values are row-major float32 matrices `[rows, width]`; rows are the step's tokens until `gatherLogitRows`.
public enum Op: Sendable, Hashable {
    /// Rows of the table, one per token id. `[tokens] -> [tokens, hidden]`.
    case embed(WeightRef)
    /// `x * rsqrt(mean(x^2) + eps) * weight` over the whole row.
    case rmsNorm(Value, WeightRef, eps: Float)
    /// `x @ concat(weights).T + concat(biases)`; several weights merge by construction (q, k, v; gate, up).
    ///
    /// `bias` is empty or has one entry per weight, nil where that weight has none.
    case linear(Value, [WeightRef], bias: [WeightRef?])
    /// RMSNorm of every query head and every key head of a merged `[q | k | v]` row, weights of width headDim.
    case qkNorm(Value, query: WeightRef, key: WeightRef, eps: Float, AttentionSpec)
    /// Rotates the query and key heads of a merged `[q | k | v]` row by the token's position.
    case rotary(Value, RotaryEmbedding, AttentionSpec)
    /// Writes the k and v parts of `[q | k | v]` to the cache at slot_mapping, then attends causally over the cache.
    ///
    /// `[tokens, (heads + 2 kvHeads) * headDim] -> [tokens, heads * headDim]`.
    case attention(Value, AttentionSpec)
    /// `activation(x[:, :w/2]) * x[:, w/2:]`. `[tokens, 2f] -> [tokens, f]`.
    case gatedActivation(Value, Activation)
    /// Elementwise sum.
    case add(Value, Value)
    /// Keeps the rows whose logits are wanted. `[tokens, w] -> [logitRows, w]`.
    case gatherLogitRows(Value)
}

/// The number a recorded value has in its program: the index of the op that makes it.
public struct Value: Hashable, Sendable {
    /// Index into `Program.nodes`.
    public let id: Int
}

/// Shape and numbers of one layer's attention.
public struct AttentionSpec: Hashable, Sendable {
    /// Index of the layer's KV cache.
    public var layer: Int
    /// Query heads.
    public var numHeads: Int
    /// Key and value heads; divides `numHeads`.
    public var numKVHeads: Int
    /// Width of one head.
    public var headDim: Int
    /// Factor on q·k before softmax.
    public var scale: Float
    /// Tokens a query sees including itself, or nil for all.
    public var slidingWindow: Int?

    /// An attention of the given shape; `scale` defaults to `headDim^-0.5`.
    public init(
        layer: Int, numHeads: Int, numKVHeads: Int, headDim: Int, scale: Float? = nil, slidingWindow: Int? = nil
    ) {
        self.layer = layer
        self.numHeads = numHeads
        self.numKVHeads = numKVHeads
        self.headDim = headDim
        self.scale = scale ?? 1 / Float(headDim).squareRoot()
        self.slidingWindow = slidingWindow
    }

    /// Width of a merged `[q | k | v]` row.
    public var qkvWidth: Int { (numHeads + 2 * numKVHeads) * headDim }
}

/// A rotary position embedding with its frequencies worked out.
public struct RotaryEmbedding: Hashable, Sendable {
    /// Leading dimensions of each head that are rotated; the others pass through.
    public var rotaryDim: Int
    /// `rotaryDim / 2` angles per position, in radians.
    public var inverseFrequencies: [Float]
    /// Factor on cos and sin (yarn, longrope); 1 for the others.
    public var attentionFactor: Float
    /// True: pairs are (i, i + rotaryDim/2), as Hugging Face checkpoints; false: (2i, 2i + 1), as llama GGUF files.
    public var isNeoxStyle: Bool

    /// A rotary embedding from its frequencies.
    public init(rotaryDim: Int, inverseFrequencies: [Float], attentionFactor: Float = 1, isNeoxStyle: Bool = true) {
        precondition(inverseFrequencies.count * 2 == rotaryDim)
        self.rotaryDim = rotaryDim
        self.inverseFrequencies = inverseFrequencies
        self.attentionFactor = attentionFactor
        self.isNeoxStyle = isNeoxStyle
    }
}

/// Activation functions of gated MLPs.
public enum Activation: Hashable, Sendable {
    /// `x * sigmoid(x)`.
    case silu
}
