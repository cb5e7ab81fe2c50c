internal import MartletJSON
internal import MartletModelIR

/// Gemma 1: norms that store their distance from one, embeddings times the root of their width, gelu.
///
/// **Source** transformers `modeling_gemma.py`.
struct Gemma: AttentionDecoder {
    static let architectures = ["GemmaForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        // Releases say gelu and mean its tanh approximation.
        let isOldName = config.present("hidden_act")?.stringValue == "gelu"
        shape = try DecoderShape(
            config: isOldName ? config.replacing("hidden_act", with: "gelu_pytorch_tanh") : config,
            defaults: DecoderDefaults(
                numKeyValueHeads: 16, headDim: 256, activation: ("hidden_act", "gelu_pytorch_tanh"),
                tieWordEmbeddings: true, maxPositionEmbeddings: 8192))
        try config.expect("hidden_activation", oneOf: "gelu_pytorch_tanh", "gelu")
        attentionBias = try config.bool("attention_bias", default: false)
        layers = shape.attentions()
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape, scale: Float(shape.hiddenSize).squareRoot())
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape, weightOffset: 1), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape, weightOffset: 1), layer["mlp"], shape)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape, weightOffset: 1)
    }
}
