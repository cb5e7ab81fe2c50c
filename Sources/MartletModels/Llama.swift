internal import MartletJSON
internal import MartletModelIR

/// Llama 2 and 3, SmolLM2 and everything else that says `LlamaForCausalLM`.
///
/// **Source** transformers `modeling_llama.py`.
struct Llama: AttentionDecoder {
    static let architectures = ["LlamaForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool
    private let mlpBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(config: config, defaults: DecoderDefaults(maxPositionEmbeddings: 2048))
        attentionBias = try config.bool("attention_bias", default: false)
        mlpBias = try config.bool("mlp_bias", default: false)
        // Falcon 3 states what all of these have.
        try config.expect("activation", oneOf: "swiglu")
        layers = shape.attentions()
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape, bias: mlpBias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
