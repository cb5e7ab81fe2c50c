internal import MartletModelIR

extension Recorder {
    /// Attention whose `q_proj` has for every head the query and then a gate of the same width, the sigmoid of which is
    /// multiplied to what the head attended to.
    ///
    /// **Source** transformers `modeling_qwen3_next.py` `Qwen3NextAttention`.
    mutating func gatedAttention(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, _ shape: DecoderShape, bias: Bool
    ) -> Value {
        let (queryWeight, queryBias) = (
            scope["q_proj"].weight(out: 2 * spec.queryWidth, in: shape.hiddenSize),
            scope["q_proj"].bias(2 * spec.queryWidth)
        )
        func half(_ weight: WeightRef, _ index: Int) -> WeightRef {
            weight.rows(
                start: index * spec.headDim, length: spec.headDim, stride: 2 * spec.headDim, count: spec.numHeads)
        }
        let (key, value) = (scope["k_proj"], scope["v_proj"])
        let qkv = emit(
            .linear(
                x,
                [
                    half(queryWeight, 0), key.weight(out: spec.keyWidth, in: shape.hiddenSize),
                    value.weight(out: spec.keyWidth, in: shape.hiddenSize),
                ],
                bias: bias ? [half(queryBias, 0), key.bias(spec.keyWidth), value.bias(spec.keyWidth)] : []),
            name: scope["qkv"].path)
        let normed = normalized(qkv, .perHead(weightOffset: 1), scope, spec, shape)
        let attended = attention(normed, scope, spec, rotary: shape.rotary)
        let gate = emit(
            .linear(x, [half(queryWeight, 1)], bias: bias ? [half(queryBias, 1)] : []), name: scope["gate"].path)
        let opened = emit(.activation(gate, .sigmoid), name: scope["gate.sigmoid"].path)
        let gated = emit(.multiply(attended, opened), name: scope["gated"].path)
        return output(gated, scope["o_proj"], spec, shape, bias: bias)
    }
}
