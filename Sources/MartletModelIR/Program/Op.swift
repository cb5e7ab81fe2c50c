/// The semantic operations a model is made of; each has an obviously right implementation in `ReferenceBackend`.
///
/// Values are row-major float32 matrices `[rows, width]`; rows are the step's tokens until `gatherLogitRows`, or several
/// for each token from `features` until `unfold` has put them together.
public enum Op: Sendable, Hashable {
    /// Rows of the table, one per token. `[tokens] -> [tokens, hidden]`.
    case embed(WeightRef, EmbeddingIndex)
    /// Rows given with the batch: `InputBatch.features`. `[tokens * rowsPerToken, width]`.
    case features(width: Int, rowsPerToken: Int)
    /// The rows around each row side by side. `[rows, w] -> [rows / stride, w * kernelSize]`.
    case unfold(Value, Unfold)
    /// Normalises rows, or groups of columns of each row.
    case norm(Value, Norm)
    /// `x @ concat(weights).T + concat(biases)`; several weights merge by construction (q, k, v; gate, up).
    ///
    /// `bias` is empty or has one entry per weight, nil where that weight has none.
    case linear(Value, [WeightRef], bias: [WeightRef?])
    /// Normalises the query part and the key part of a merged `[q | k | v]` row; the norms say in which groups.
    case qkNorm(Value, query: Norm, key: Norm, AttentionSpec)
    /// Rotates the query and key heads of a merged `[q | k | v]` row by the token's position.
    case rotary(Value, RotaryEmbedding, AttentionSpec)
    /// Writes the k and v parts of `[q | k | v]` to the cache at slot_mapping, then attends over the cache; without
    /// causality over the tokens the request has in this step, and no cache.
    ///
    /// `[tokens, (heads + 2 kvHeads) * headDim] -> [tokens, heads * headDim]`.
    case attention(Value, AttentionSpec)
    /// Writes the k and v parts of `[k | v]` to the request's cross slot, each token's at its position; gives nothing.
    ///
    /// `[tokens, 2 * heads * headDim] -> [tokens, 0]`.
    case storeCrossKV(Value, CrossAttentionSpec)
    /// Attends from the query to all keys and values of the request's cross slot.
    ///
    /// `[tokens, heads * headDim] -> [tokens, heads * headDim]`. Where `InputBatch.crossWeights` is set, the weights of
    /// the alignment heads are written there.
    case crossAttention(Value, CrossAttentionSpec)
    /// Multi-head latent attention: keys and values are made from a compact latent row, and only that is cached.
    case latentAttention(query: Value, latent: Value, ropeKey: Value, LatentAttentionSpec)
    /// `activation(x[:, :w/2]) * x[:, w/2:]`. `[tokens, 2f] -> [tokens, f]`.
    case gatedActivation(Value, Activation)
    /// Elementwise function.
    case activation(Value, Activation)
    /// Mixture of experts: every row goes through its own few experts.
    case moe(Value, MixtureOfExperts)
    /// Elementwise sum.
    case add(Value, Value)
    /// Elementwise product; the second value may have width 1, which multiplies its whole row.
    case multiply(Value, Value)
    /// Every element times a number.
    case scale(Value, Float)
    /// `cap * tanh(x / cap)`.
    case softcap(Value, Float)
    /// Causal depthwise convolution over a request's tokens, its last inputs kept as state.
    case shortConv(Value, ShortConv)
    /// Gated DeltaNet over a request's tokens. See `GatedDeltaNet`.
    case gatedDeltaNet(Value, gates: Value, GatedDeltaNet)
    /// Selective state space (Mamba-2) over a request's tokens. See `Mamba2`.
    case mamba2(Value, timeStep: Value, Mamba2)
    /// Keeps the rows whose logits are wanted. `[tokens, w] -> [logitRows, w]`.
    case gatherLogitRows(Value)
}

/// The number a recorded value has in its program: the index of the op that makes it.
public struct Value: Hashable, Sendable {
    /// Index into `Program.nodes`.
    public let id: Int
}

/// What an embedding table is looked up by.
public enum EmbeddingIndex: Hashable, Sendable {
    /// The token's id.
    case tokenID
    /// The token's position plus an offset.
    case position(offset: Int)
    /// The token's type: which of two texts it belongs to.
    case tokenType
}
