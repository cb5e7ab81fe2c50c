internal import MartletModelIR

/// Seed-OSS: Llama with biases chosen one by one and a head width of its own.
///
/// **Source** transformers `modeling_seed_oss.py`.
struct SeedOss: AttentionDecoder {
    static let architectures = ["SeedOssForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool
    private let outputBias: Bool
    private let mlpBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(
            config: config, defaults: DecoderDefaults(numKeyValueHeads: 8, headDim: 128, maxPositionEmbeddings: 524_288)
        )
        attentionBias = try config.bool("attention_bias", default: true)
        outputBias = try config.bool("attention_out_bias", default: false)
        mlpBias = try config.bool("mlp_bias", default: false)
        layers = shape.attentions()
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attention = layer["self_attn"]
            let qkv = recorder.qkv(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), attention, spec, shape, bias: attentionBias)
            let attended = recorder.attention(qkv, attention, spec, rotary: shape.rotary)
            let output = recorder.output(attended, attention["o_proj"], spec, shape, bias: outputBias)
            x = recorder.add(x, output, attention)
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape, bias: mlpBias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
