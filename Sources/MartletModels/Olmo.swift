internal import MartletModelIR

/// OLMo 1: LayerNorm without weights, and an optional clamp of queries, keys and values.
///
/// **Source** transformers `modeling_olmo.py`.
struct Olmo: AttentionDecoder {
    static let architectures = ["OlmoForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool
    private let clip: Float?

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(config: config, defaults: DecoderDefaults(maxPositionEmbeddings: 2048))
        attentionBias = try config.bool("attention_bias", default: false)
        clip = try config.optionalFactor("clip_qkv", default: nil)
        if let clip, clip < 0 { throw config.error("clip_qkv", "expected more than 0, found \(clip)") }
        layers = shape.attentions()
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        // The epsilon is no key of the configuration.
        let norm = Norm(.layer, groupSize: shape.hiddenSize, weights: [], eps: 1e-5)
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attention = layer["self_attn"]
            var qkv = recorder.qkv(
                recorder.norm(x, norm, layer["input_layernorm"]), attention, spec, shape, bias: attentionBias)
            if let clip { qkv = recorder.emit(.activation(qkv, .clamp(limit: clip)), name: attention["clip"].path) }
            let attended = recorder.attention(qkv, attention, spec, rotary: shape.rotary)
            let output = recorder.output(attended, attention["o_proj"], spec, shape, bias: attentionBias)
            x = recorder.add(x, output, attention)
            let mlp = recorder.gatedMLP(
                recorder.norm(x, norm, layer["post_attention_layernorm"]), layer["mlp"], shape)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        let normed = recorder.norm(recorder.gatherLogitRows(x), norm, model["norm"])
        return recorder.logits(normed, embedding: model["embed_tokens"], shape)
    }
}
