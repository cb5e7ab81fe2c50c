internal import MartletModelIR

extension Recorder {
    /// `[q | k | v]` of a projection whose rows lie key head by key head: its query heads, its key, its value.
    mutating func groupedQKV(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, _ shape: DecoderShape, bias: Bool
    ) -> Value {
        let queryRows = spec.numHeads / spec.numKVHeads * spec.headDim
        let groupRows = queryRows + 2 * spec.headDim
        func parts(of fused: WeightRef) -> [WeightRef] {
            [(0, queryRows), (queryRows, spec.headDim), (queryRows + spec.headDim, spec.headDim)].map {
                fused.rows(start: $0, length: $1, stride: groupRows, count: spec.numKVHeads)
            }
        }
        return emit(
            .linear(
                x, parts(of: scope.weight(out: spec.qkvWidth, in: shape.hiddenSize)),
                bias: bias ? parts(of: scope.bias(spec.qkvWidth)) : []), name: scope.path)
    }

    /// Final LayerNorm with a bias and vocabulary projection of the wanted rows, see `logits`.
    mutating func layerNormHead(
        _ x: Value, norm: WeightScope, embedding: WeightScope, _ shape: DecoderShape, bias: Bool = false
    ) -> Value {
        let wanted = gatherLogitRows(x)
        return logits(layerNorm(wanted, norm, shape, bias: true), embedding: embedding, shape, bias: bias)
    }
}
