import MartletModelIR

/// A decoder of a few narrow layers, recorded here so that these tests need no model library.
struct TinyModel {
    var layers = 2
    var hidden = 64
    var heads = 4
    var kvHeads = 2
    var headDim = 16
    var intermediate = 96
    var vocab = 200
    var hasBias = false
    var hasQKNorm = false
    var window: Int?
    var isNeoxStyle = true
    var rotaryDim: Int?
    var isTied = false
    /// Norm, then gather, instead of gather, then norm.
    var normsBeforeGather = true

    func spec(_ layer: Int) -> AttentionSpec {
        AttentionSpec(layer: layer, numHeads: heads, numKVHeads: kvHeads, headDim: headDim, slidingWindow: window)
    }

    var kvCacheSpecs: [KVCacheSpec] {
        (0..<layers).map { window == nil ? .full(spec($0)) : .slidingWindow(spec($0)) }
    }

    var rotary: RotaryEmbedding {
        let dim = rotaryDim ?? headDim
        let frequencies = (0..<dim / 2).map { 1 / power(100, Float(2 * $0) / Float(dim)) }
        return RotaryEmbedding(rotaryDim: dim, inverseFrequencies: frequencies, isNeoxStyle: isNeoxStyle)
    }

    private func power(_ base: Float, _ exponent: Float) -> Float {
        // Any decreasing frequencies will do.
        var result: Float = 1
        for _ in 0..<Int(exponent * 16) { result *= base.squareRoot().squareRoot().squareRoot().squareRoot() }
        return result
    }

    func program() -> Program {
        var recorder = Recorder()
        let root = WeightScope("model")
        let table = root["embed_tokens"].weight(out: vocab, in: hidden)
        var x = recorder.emit(.embed(table, .tokenID), name: "embed")
        for layer in 0..<layers { x = record(layer, x, root["layers"][layer], into: &recorder) }
        if normsBeforeGather {
            x = recorder.emit(.norm(x, .rms(root["norm"].weight(hidden), eps: 1e-5)), name: "norm")
            x = recorder.emit(.gatherLogitRows(x), name: "gather")
        } else {
            x = recorder.emit(.gatherLogitRows(x), name: "gather")
            x = recorder.emit(.norm(x, .rms(root["norm"].weight(hidden), eps: 1e-5)), name: "norm")
        }
        let head = isTied ? table : WeightScope("lm_head").weight(out: vocab, in: hidden)
        x = recorder.emit(.linear(x, [head], bias: []), name: "lm_head")
        return recorder.finish(x)
    }

    private func record(_ layer: Int, _ input: Value, _ scope: WeightScope, into recorder: inout Recorder) -> Value {
        let spec = spec(layer)
        func emit(_ op: Op, _ name: String) -> Value { recorder.emit(op, name: "layers.\(layer).\(name)") }
        var x = emit(.norm(input, .rms(scope["input_layernorm"].weight(hidden), eps: 1e-5)), "input_norm")
        let attention = scope["self_attn"]
        let widths = [("q_proj", heads * headDim), ("k_proj", kvHeads * headDim), ("v_proj", kvHeads * headDim)]
        x = emit(
            .linear(
                x, widths.map { attention[$0.0].weight(out: $0.1, in: hidden) },
                bias: hasBias ? widths.map { attention[$0.0].bias($0.1) } : []), "qkv")
        if hasQKNorm {
            x = emit(
                .qkNorm(
                    x, query: .rms(attention["q_norm"].weight(headDim), eps: 1e-6),
                    key: .rms(attention["k_norm"].weight(headDim), eps: 1e-6), spec), "qk_norm")
        }
        x = emit(.rotary(x, rotary, spec), "rotary")
        x = emit(.attention(x, spec), "attention")
        x = emit(.linear(x, [attention["o_proj"].weight(out: hidden, in: heads * headDim)], bias: []), "o_proj")
        let middle = emit(.add(input, x), "attention_residual")
        x = emit(.norm(middle, .rms(scope["post_attention_layernorm"].weight(hidden), eps: 1e-5)), "post_norm")
        let mlp = scope["mlp"]
        x = emit(
            .linear(
                x, ["gate_proj", "up_proj"].map { mlp[$0].weight(out: intermediate, in: hidden) }, bias: []), "gate_up")
        x = emit(.gatedActivation(x, .silu), "activation")
        x = emit(.linear(x, [mlp["down_proj"].weight(out: hidden, in: intermediate)], bias: []), "down")
        return emit(.add(middle, x), "residual")
    }
}
