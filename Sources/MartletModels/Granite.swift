internal import MartletModelIR

/// Granite 3: Llama with factors on embeddings, attention scores, residuals and logits.
///
/// **Source** transformers `modeling_granite.py`.
struct Granite: AttentionDecoder {
    static let architectures = ["GraniteForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool
    private let mlpBias: Bool
    private let embeddingMultiplier: Float
    private let residualMultiplier: Float
    private let logitsScaling: Float

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(config: config, defaults: DecoderDefaults(maxPositionEmbeddings: 2048))
        attentionBias = try config.bool("attention_bias", default: false)
        mlpBias = try config.bool("mlp_bias", default: false)
        embeddingMultiplier = try config.factor("embedding_multiplier", default: 1)
        residualMultiplier = try config.factor("residual_multiplier", default: 1)
        logitsScaling = try config.factor("logits_scaling", default: 1)
        layers = shape.attentions(scale: try config.factor("attention_multiplier", default: 1))
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape, scale: embeddingMultiplier)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"], scale: residualMultiplier)
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape, bias: mlpBias)
            x = recorder.add(x, mlp, layer["mlp"], scale: residualMultiplier)
        }
        return recorder.lmHead(
            x, norm: model["norm"], embedding: model["embed_tokens"], shape, scale: 1 / logitsScaling)
    }
}
