internal import MartletModelIR

extension Recorder {
    /// `<scope>.weight` of shape `[vocab, hidden]` looked up by token id, times `scale`.
    mutating func embedding(_ scope: WeightScope, _ shape: DecoderShape, scale: Float = 1) -> Value {
        let rows = emit(.embed(scope.weight(out: shape.vocabSize, in: shape.hiddenSize), .tokenID), name: scope.path)
        return scaled(rows, by: scale, scope)
    }

    /// RMSNorm over the hidden size with `<scope>.weight`.
    mutating func rmsNorm(
        _ x: Value, _ scope: WeightScope, _ shape: DecoderShape, weightOffset: Float = 0
    ) -> Value {
        norm(x, .rms(scope.weight(shape.hiddenSize), eps: shape.normEps, weightOffset: weightOffset), scope)
    }

    /// LayerNorm over the hidden size with `<scope>.weight`, and `<scope>.bias` if there is one.
    mutating func layerNorm(
        _ x: Value, _ scope: WeightScope, _ shape: DecoderShape, bias: Bool = false
    ) -> Value {
        let bias = bias ? scope.bias(shape.hiddenSize) : nil
        return norm(x, .layer(scope.weight(shape.hiddenSize), bias: bias, eps: shape.normEps), scope)
    }

    /// Any norm, named after the scope.
    mutating func norm(_ x: Value, _ norm: Norm, _ scope: WeightScope) -> Value {
        emit(.norm(x, norm), name: scope.path)
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

    /// Residual sum `x + scale * y`.
    mutating func add(_ x: Value, _ y: Value, _ scope: WeightScope, scale: Float = 1) -> Value {
        let y = scaled(y, by: scale, scope)
        return emit(.add(x, y), name: scope["residual"].path)
    }

    /// `factor * x`; nothing is recorded for one.
    mutating func scaled(_ x: Value, by factor: Float, _ scope: WeightScope) -> Value {
        factor == 1 ? x : emit(.scale(x, factor), name: scope["scaled"].path)
    }

    /// Final norm and vocabulary projection of the wanted rows, see `logits`.
    mutating func lmHead(
        _ x: Value, norm: WeightScope, embedding: WeightScope, _ shape: DecoderShape, weightOffset: Float = 0,
        scale: Float = 1, softcap: Float? = nil
    ) -> Value {
        let wanted = gatherLogitRows(x)
        let normed = rmsNorm(wanted, norm, shape, weightOffset: weightOffset)
        return logits(normed, embedding: embedding, shape, scale: scale, softcap: softcap)
    }

    /// The rows whose logits are wanted.
    mutating func gatherLogitRows(_ x: Value) -> Value { emit(.gatherLogitRows(x), name: "logit_rows") }

    /// Vocabulary projection with `lm_head.weight` or the embedding table, times `scale`, softly capped.
    mutating func logits(
        _ normed: Value, embedding: WeightScope, _ shape: DecoderShape, bias: Bool = false, scale: Float = 1,
        softcap: Float? = nil
    ) -> Value {
        let head = shape.tieWordEmbeddings ? embedding : WeightScope("lm_head")
        let weight = head.weight(out: shape.vocabSize, in: shape.hiddenSize)
        let logits = emit(
            .linear(normed, [weight], bias: bias ? [WeightScope("lm_head").bias(shape.vocabSize)] : []),
            name: "lm_head")
        let scaledLogits = scaled(logits, by: scale, WeightScope("lm_head"))
        guard let softcap else { return scaledLogits }
        return emit(.softcap(scaledLogits, softcap), name: "lm_head.softcap")
    }
}
