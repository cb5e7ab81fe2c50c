internal import MartletModelIR

/// Gemma 3, text only: Gemma 2 with norms of query and key heads, and a theta of its own for layers with a window.
///
/// **Source** transformers `modeling_gemma3.py`.
struct Gemma3: AttentionDecoder {
    static let architectures = ["Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let slidingRotary: RotaryEmbedding
    private let attentionBias: Bool
    private let finalSoftcap: Float?

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(config: config, defaults: Self.defaults)
        self.shape = shape
        slidingRotary = try shape.rotary(
            config, layerType: "sliding_attention",
            RopeDefaults(layerTypeKeys: .init(theta: "rope_local_base_freq", takesScaling: false)))
        attentionBias = try config.bool("attention_bias", default: false)
        finalSoftcap = try config.optionalFactor("final_logit_softcapping", default: nil)
        // The class has this key and the attention does not read it.
        _ = config.present("attn_logit_softcapping")
        let scale = try config.attentionScale("query_pre_attn_scalar", default: 256)
        // Files that transformers wrote have both spellings, and then layer_types, which decides.
        let written = try config.size("_sliding_window_pattern", default: 6)
        let pattern = try config.size("sliding_window_pattern", default: written)
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: 4096,
            isSliding: { ($0 + 1) % pattern != 0 })
        layers = windows.windows.enumerated().map {
            shape.attention(layer: $0, slidingWindow: $1, scale: scale)
        }
    }

    private static let defaults = DecoderDefaults(
        vocabSize: 262_208, hiddenSize: 2304, intermediateSize: 9216, numHiddenLayers: 26, numAttentionHeads: 8,
        numKeyValueHeads: 4, headDim: 256, activation: ("hidden_activation", "gelu_pytorch_tanh"),
        tieWordEmbeddings: true, maxPositionEmbeddings: 131_072,
        rope: RopeDefaults(theta: 1_000_000, layerTypeKeys: .init(theta: "rope_theta", takesScaling: true)))

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape, scale: Float(shape.hiddenSize).squareRoot())
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape, weightOffset: 1), layer["self_attn"], spec, shape,
                rotary: spec.slidingWindow == nil ? shape.rotary : slidingRotary, bias: attentionBias ? .qkvo : .none,
                qkNorm: .perHead(weightOffset: 1))
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
