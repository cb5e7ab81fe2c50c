internal import MartletJSON
internal import MartletModelIR

/// Dense ERNIE 4.5: Llama that rotates neighbouring pairs, with biases everywhere or nowhere.
///
/// **Source** transformers `modeling_ernie4_5.py`.
struct Ernie45: AttentionDecoder {
    static let architectures = ["Ernie4_5ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let bias: Bool

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                numKeyValueHeads: 2, headDim: 128, normEps: ("rms_norm_eps", 1e-5), tieWordEmbeddings: true,
                maxPositionEmbeddings: 131_072, rope: RopeDefaults(theta: 500_000, isInterleaved: true)))
        bias = try config.bool("use_bias", default: false)
        try config.expect("compression_ratio", oneOf: 1)
        try config.expect("use_rmsnorm", oneOf: true)
        layers = shape.attentions()
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: bias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape, bias: bias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
