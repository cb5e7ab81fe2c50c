internal import MartletModelIR

/// Which of the attention's projections have a bias.
enum AttentionBias: Hashable, Sendable {
    case none
    /// The query, key and value projections.
    case qkv
    /// Those and the output projection.
    case qkvo
}

/// Norms of queries and keys between projection and rotation, with `q_norm.weight` and `k_norm.weight`.
enum QKNorm: Hashable, Sendable {
    /// RMSNorm of every head, one weight for all heads.
    case perHead(weightOffset: Float = 0)
    /// RMSNorm of all heads of a row together.
    case wholeRow
    /// LayerNorm of every head, with weights of its own for each.
    case layerOfHeads
}

extension Recorder {
    /// The usual attention: `q_proj`, `k_proj`, `v_proj`, norms of query and key, rotary, attention, `o_proj`.
    ///
    /// - Parameter rotary: Nil where the layer does not rotate.
    mutating func selfAttention(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, _ shape: DecoderShape, rotary: RotaryEmbedding?,
        bias: AttentionBias = .none, qkNorm: QKNorm? = nil
    ) -> Value {
        let projected = qkv(x, scope, spec, shape, bias: bias != .none)
        let normed = normalized(projected, qkNorm, scope, spec, shape)
        let attended = attention(normed, scope, spec, rotary: rotary)
        return output(attended, scope["o_proj"], spec, shape, bias: bias == .qkvo)
    }

    /// `[q | k | v]` from `q_proj`, `k_proj` and `v_proj`.
    mutating func qkv(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, _ shape: DecoderShape, bias: Bool = false
    ) -> Value {
        linear(
            x,
            [(scope["q_proj"], spec.queryWidth), (scope["k_proj"], spec.keyWidth), (scope["v_proj"], spec.keyWidth)],
            in: shape.hiddenSize, bias: bias, name: scope["qkv"].path)
    }

    /// Norms of the query and key parts of a `[q | k | v]` row.
    mutating func normalized(
        _ qkv: Value, _ qkNorm: QKNorm?, _ scope: WeightScope, _ spec: AttentionSpec, _ shape: DecoderShape
    ) -> Value {
        let (query, key): (Norm, Norm)
        switch qkNorm {
        case nil:
            return qkv
        case .perHead(let offset):
            query = .rms(scope["q_norm"].weight(spec.headDim), eps: shape.normEps, weightOffset: offset)
            key = .rms(scope["k_norm"].weight(spec.headDim), eps: shape.normEps, weightOffset: offset)
        case .wholeRow:
            query = .rms(scope["q_norm"].weight(spec.queryWidth), eps: shape.normEps)
            key = .rms(scope["k_norm"].weight(spec.keyWidth), eps: shape.normEps)
        case .layerOfHeads:
            query = .layerOfHeads(scope["q_norm"], count: spec.numHeads, width: spec.headDim, eps: shape.normEps)
            key = .layerOfHeads(scope["k_norm"], count: spec.numKVHeads, width: spec.headDim, eps: shape.normEps)
        }
        return emit(.qkNorm(qkv, query: query, key: key, spec), name: scope["qk_norm"].path)
    }

    /// Rotation, unless there is none, and attention of a `[q | k | v]` row.
    mutating func attention(
        _ qkv: Value, _ scope: WeightScope, _ spec: AttentionSpec, rotary: RotaryEmbedding?
    ) -> Value {
        let rotated = rotary.map { emit(.rotary(qkv, $0, spec), name: scope["rotary"].path) } ?? qkv
        return emit(.attention(rotated, spec), name: scope["attention"].path)
    }

    /// The output projection of attended heads.
    mutating func output(
        _ attended: Value, _ projection: WeightScope, _ spec: AttentionSpec, _ shape: DecoderShape, bias: Bool = false
    ) -> Value {
        linear(
            attended, [(projection, shape.hiddenSize)], in: spec.queryWidth, bias: bias, name: projection.path)
    }
}

extension Norm {
    /// LayerNorm of `count` heads with a weight of shape `[count, width]`.
    fileprivate static func layerOfHeads(_ scope: WeightScope, count: Int, width: Int, eps: Float) -> Norm {
        let weights = (0..<count).map { scope.weight(width).stacked(at: $0, of: count) }
        return Norm(.layer, groupSize: width, weights: weights, eps: eps)
    }
}

extension AttentionSpec {
    /// Columns of all query heads.
    var queryWidth: Int { numHeads * headDim }

    /// Columns of all key heads, and of all value heads.
    var keyWidth: Int { numKVHeads * headDim }
}
