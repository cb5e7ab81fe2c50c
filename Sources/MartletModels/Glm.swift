internal import MartletModelIR

/// GLM-4-9B of 2024 (`glm`) and the dense GLM-4 of 2025 (`glm4`): half of each head rotated in neighbouring pairs,
/// fused MLP, biases on query, key and value; glm4 also norms what attention and MLP give.
///
/// **Source** transformers `modeling_glm.py`, `modeling_glm4.py`.
struct Glm: AttentionDecoder {
    static let architectures = ["GlmForCausalLM", "Glm4ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool
    private let hasPostNorms: Bool

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                numKeyValueHeads: 2, headDim: 128, normEps: ("rms_norm_eps", 1.5625e-7),
                maxPositionEmbeddings: 131_072,
                rope: RopeDefaults(partialRotaryFactor: 0.5, isInterleaved: true), rotatesPartOfHeads: true))
        attentionBias = try config.bool("attention_bias", default: true)
        hasPostNorms = config.architecture == "Glm4ForCausalLM"
        layers = shape.attentions()
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            var attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkv : .none)
            if hasPostNorms { attended = recorder.rmsNorm(attended, layer["post_self_attn_layernorm"], shape) }
            x = recorder.add(x, attended, layer["self_attn"])
            var mlp = recorder.fusedGatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape)
            if hasPostNorms { mlp = recorder.rmsNorm(mlp, layer["post_mlp_layernorm"], shape) }
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
