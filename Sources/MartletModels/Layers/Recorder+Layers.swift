internal import MartletModelIR

/// Which of the attention's projections have a bias.
enum AttentionBias: Hashable, Sendable {
    case none
    /// The query, key and value projections.
    case qkv
    /// Those and the output projection.
    case qkvo
}

extension Recorder {
    /// `<scope>.weight` of shape `[vocab, hidden]` looked up by token id.
    mutating func embedding(_ scope: WeightScope, _ shape: DecoderShape) -> Value {
        emit(.embed(scope.weight(out: shape.vocabSize, in: shape.hiddenSize), .tokenID), name: scope.path)
    }

    /// RMSNorm over the hidden size with `<scope>.weight`.
    mutating func rmsNorm(_ x: Value, _ scope: WeightScope, _ shape: DecoderShape) -> Value {
        emit(.norm(x, .rms(scope.weight(shape.hiddenSize), eps: shape.rmsNormEps)), name: scope.path)
    }

    /// One or more linear layers over the same input, their outputs side by side.
    mutating func linear(
        _ x: Value, _ layers: [(scope: WeightScope, out: Int)], in width: Int, bias: Bool = false, name: String
    ) -> Value {
        emit(
            .linear(
                x, layers.map { $0.scope.weight(out: $0.out, in: width) },
                bias: bias ? layers.map { $0.scope.bias($0.out) } : []), name: name)
    }

    /// `[q | k | v]` projections, optional norms of query and key heads, rotary, attention, output projection.
    mutating func selfAttention(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, _ shape: DecoderShape, bias: AttentionBias = .none,
        qkNorm: Bool = false
    ) -> Value {
        let queryWidth = spec.numHeads * spec.headDim
        let keyWidth = spec.numKVHeads * spec.headDim
        var qkv = linear(
            x, [(scope["q_proj"], queryWidth), (scope["k_proj"], keyWidth), (scope["v_proj"], keyWidth)],
            in: shape.hiddenSize, bias: bias != .none, name: scope["qkv"].path)
        if qkNorm {
            qkv = emit(
                .qkNorm(
                    qkv, query: .rms(scope["q_norm"].weight(spec.headDim), eps: shape.rmsNormEps),
                    key: .rms(scope["k_norm"].weight(spec.headDim), eps: shape.rmsNormEps), spec),
                name: scope["qk_norm"].path)
        }
        let rotated = emit(.rotary(qkv, shape.rotary, spec), name: scope["rotary"].path)
        let attended = emit(.attention(rotated, spec), name: scope["attention"].path)
        return linear(
            attended, [(scope["o_proj"], shape.hiddenSize)], in: queryWidth, bias: bias == .qkvo,
            name: scope["o_proj"].path)
    }

    /// `down(silu(gate(x)) * up(x))`.
    mutating func gatedMLP(_ x: Value, _ scope: WeightScope, _ shape: DecoderShape, bias: Bool = false) -> Value {
        let gateUp = linear(
            x, [(scope["gate_proj"], shape.intermediateSize), (scope["up_proj"], shape.intermediateSize)],
            in: shape.hiddenSize, bias: bias, name: scope["gate_up"].path)
        let activated = emit(.gatedActivation(gateUp, .silu), name: scope["act"].path)
        return linear(
            activated, [(scope["down_proj"], shape.hiddenSize)], in: shape.intermediateSize, bias: bias,
            name: scope["down_proj"].path)
    }

    /// Residual sum.
    mutating func add(_ x: Value, _ y: Value, _ scope: WeightScope) -> Value {
        emit(.add(x, y), name: scope["residual"].path)
    }

    /// Final norm and vocabulary projection of the wanted rows, with `lm_head.weight` or the embedding table.
    mutating func lmHead(_ x: Value, norm: WeightScope, embedding: WeightScope, _ shape: DecoderShape) -> Value {
        let wanted = emit(.gatherLogitRows(x), name: "logit_rows")
        let normed = rmsNorm(wanted, norm, shape)
        let head = shape.tieWordEmbeddings ? embedding : WeightScope("lm_head")
        return linear(normed, [(head, shape.vocabSize)], in: shape.hiddenSize, name: "lm_head")
    }
}
