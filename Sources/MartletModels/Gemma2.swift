internal import MartletJSON
internal import MartletModelIR

/// Gemma 2: Gemma with norms before and after attention and MLP, every other layer with a window, and soft caps on
/// attention scores and logits.
///
/// **Source** transformers `modeling_gemma2.py`.
struct Gemma2: AttentionDecoder {
    static let architectures = ["Gemma2ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool
    private let finalSoftcap: Float?

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                numKeyValueHeads: 4, headDim: 256, activation: ("hidden_activation", "gelu_pytorch_tanh"),
                tieWordEmbeddings: true, maxPositionEmbeddings: 8192))
        self.shape = shape
        // hidden_act stands beside hidden_activation in releases, and transformers does not read it.
        _ = config.present("hidden_act")
        attentionBias = try config.bool("attention_bias", default: false)
        finalSoftcap = try config.optionalFactor("final_logit_softcapping", default: 30)
        let softcap = try config.optionalFactor("attn_logit_softcapping", default: 50)
        let scale = try config.attentionScale("query_pre_attn_scalar", default: 256)
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: 4096, isSliding: { $0 % 2 == 0 })
        try config.expect("sliding_window_size", sameAs: "sliding_window")
        layers = windows.windows.enumerated().map {
            shape.attention(layer: $0, slidingWindow: $1, scale: scale, softcap: softcap)
        }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape, scale: Float(shape.hiddenSize).squareRoot())
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape, weightOffset: 1), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none)
            let attention = recorder.rmsNorm(attended, layer["post_attention_layernorm"], shape, weightOffset: 1)
            x = recorder.add(x, attention, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["pre_feedforward_layernorm"], shape, weightOffset: 1), layer["mlp"], shape)
            let normed = recorder.rmsNorm(mlp, layer["post_feedforward_layernorm"], shape, weightOffset: 1)
            x = recorder.add(x, normed, layer["mlp"])
        }
        return recorder.lmHead(
            x, norm: model["norm"], embedding: model["embed_tokens"], shape, weightOffset: 1, softcap: finalSoftcap)
    }
}
