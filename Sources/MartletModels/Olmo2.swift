internal import MartletModelIR

/// OLMo 2 and 3: norms after attention and MLP instead of before, norms of whole query and key rows; in OLMo 3 most
/// layers have a window, and layers with and without one rotate differently.
///
/// **Source** transformers `modeling_olmo2.py`, `modeling_olmo3.py`.
struct Olmo2: AttentionDecoder {
    static let architectures = ["Olmo2ForCausalLM", "Olmo3ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let slidingRotary: RotaryEmbedding
    private let attentionBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        let isThird = config.architecture == "Olmo3ForCausalLM"
        let full = RopeDefaults(theta: 500_000, layerTypeKeys: .init(theta: "rope_theta", takesScaling: true))
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                normEps: ("rms_norm_eps", 1e-5), maxPositionEmbeddings: 2048, rope: isThird ? full : RopeDefaults()))
        self.shape = shape
        attentionBias = try config.bool("attention_bias", default: false)
        guard isThird else {
            slidingRotary = shape.rotary
            layers = shape.attentions()
            return
        }
        // The scaling of long contexts is for layers that see all of them.
        slidingRotary = try shape.rotary(
            config, layerType: "sliding_attention",
            RopeDefaults(theta: 500_000, layerTypeKeys: .init(theta: nil, takesScaling: false)))
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: 4096,
            isSliding: { ($0 + 1) % 4 != 0 })
        layers = windows.windows.enumerated().map { shape.attention(layer: $0, slidingWindow: $1) }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                x, layer["self_attn"], spec, shape, rotary: spec.slidingWindow == nil ? shape.rotary : slidingRotary,
                bias: attentionBias ? .qkvo : .none, qkNorm: .wholeRow)
            x = recorder.add(
                x, recorder.rmsNorm(attended, layer["post_attention_layernorm"], shape), layer["self_attn"])
            let mlp = recorder.gatedMLP(x, layer["mlp"], shape)
            x = recorder.add(x, recorder.rmsNorm(mlp, layer["post_feedforward_layernorm"], shape), layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
