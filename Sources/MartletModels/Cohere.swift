internal import MartletJSON
internal import MartletModelIR

/// Command R (`cohere`) and Command R7B (`cohere2`): LayerNorm without bias, attention and MLP side by side, rotation of
/// neighbouring pairs, scaled logits; in cohere2 layers with a window rotate and the others do not.
///
/// **Source** transformers `modeling_cohere.py`, `modeling_cohere2.py`.
struct Cohere: AttentionDecoder {
    static let architectures = ["CohereForCausalLM", "Cohere2ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let rotatesFullLayers: Bool
    private let attentionBias: Bool
    private let qkNorm: QKNorm?
    private let logitScale: Float

    init(config: ModelConfig) throws(ModelError) {
        let isSecond = config.architecture == "Cohere2ForCausalLM"
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                normEps: ("layer_norm_eps", 1e-5), tieWordEmbeddings: true, maxPositionEmbeddings: 8192,
                rope: RopeDefaults(theta: isSecond ? 10_000 : 500_000, isInterleaved: true)))
        self.shape = shape
        rotatesFullLayers = !isSecond
        attentionBias = try config.bool("attention_bias", default: false)
        logitScale = try config.factor("logit_scale", default: 0.0625)
        guard isSecond else {
            qkNorm = try config.bool("use_qk_norm", default: false) ? .layerOfHeads : nil
            layers = shape.attentions()
            return
        }
        qkNorm = nil
        try Self.expectOneForm(config)
        let pattern = try config.size("sliding_window_pattern", default: 4)
        // Files that transformers wrote may have it beside layer_types, which decides.
        if config.present("layer_types") == nil {
            try config.expect("_sliding_window_pattern", oneOf: .integer(Int64(pattern)))
        }
        config.readWithoutEffect("_sliding_window_pattern")
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: 4096,
            isSliding: { ($0 + 1) % pattern != 0 })
        layers = windows.windows.enumerated().map { shape.attention(layer: $0, slidingWindow: $1) }
    }

    /// Keys of releases that describe what transformers takes for granted.
    private static func expectOneForm(_ config: ModelConfig) throws(ModelError) {
        try config.expect("use_qk_norm", oneOf: false)
        try config.expect("use_gated_activation", oneOf: true)
        try config.expect("use_parallel_block", oneOf: true)
        try config.expect("use_embedding_sharing", oneOf: true)
        try config.expect("position_embedding_type", oneOf: "rope_gptj")
        try config.expect("order_of_interleaved_layers", oneOf: "local_attn_first")
        try config.expect("layer_switch", sameAs: "sliding_window_pattern")
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let normed = recorder.layerNorm(x, layer["input_layernorm"], shape)
            let attended = recorder.selfAttention(
                normed, layer["self_attn"], spec, shape,
                rotary: rotatesFullLayers || spec.slidingWindow != nil ? shape.rotary : nil,
                bias: attentionBias ? .qkvo : .none, qkNorm: qkNorm)
            x = recorder.add(x, attended, layer["self_attn"])
            x = recorder.add(x, recorder.gatedMLP(normed, layer["mlp"], shape), layer["mlp"])
        }
        let normed = recorder.layerNorm(recorder.gatherLogitRows(x), model["norm"], shape)
        return recorder.logits(normed, embedding: model["embed_tokens"], shape, scale: logitScale)
    }
}
