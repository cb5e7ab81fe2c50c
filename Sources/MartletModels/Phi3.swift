internal import MartletJSON
internal import MartletModelIR

/// Phi-3, Phi-4 and Phi-4-mini: Llama with fused projections, longrope and an optional window.
///
/// **Source** transformers `modeling_phi3.py`.
struct Phi3: AttentionDecoder {
    static let architectures = ["Phi3ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]

    init(config: ModelConfig) throws(ModelError) {
        // The first releases called longrope su, and before that yarn.
        let rope = RopeDefaults(originalMaxPositionEmbeddings: 4096, renamedTypes: ["yarn": "longrope"])
        shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                normEps: ("rms_norm_eps", 1e-5), maxPositionEmbeddings: 4096, rope: rope, rotatesPartOfHeads: true))
        for key in ["attention_bias", "mlp_bias", "lm_head_bias"] { try config.expect(key, oneOf: false) }
        try config.expect("full_attn_mod", oneOf: 1)
        let window = config.present("sliding_window") == nil ? nil : try config.size("sliding_window")
        layers = shape.attentions(slidingWindow: window)
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attention = layer["self_attn"]
            let qkv = recorder.linear(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), [(attention["qkv_proj"], spec.qkvWidth)],
                in: shape.hiddenSize, name: attention["qkv_proj"].path)
            let attended = recorder.attention(qkv, attention, spec, rotary: shape.rotary)
            x = recorder.add(x, recorder.output(attended, attention["o_proj"], spec, shape), attention)
            let mlp = recorder.fusedGatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
