internal import MartletJSON
internal import MartletModelIR

/// SmolLM3: Llama in which every fourth layer does not rotate, and may have a window.
///
/// **Source** transformers `modeling_smollm3.py`.
struct SmolLM3: AttentionDecoder {
    static let architectures = ["SmolLM3ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    /// One entry per layer.
    private let rotates: [Bool]
    private let attentionBias: Bool
    private let mlpBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                numKeyValueHeads: 4, tieWordEmbeddings: true, maxPositionEmbeddings: 32_768,
                rope: RopeDefaults(theta: 2_000_000)))
        self.shape = shape
        attentionBias = try config.bool("attention_bias", default: false)
        mlpBias = try config.bool("mlp_bias", default: false)
        let rotates = try Self.rotates(config, shape.numHiddenLayers)
        self.rotates = rotates
        let slides = try config.bool("use_sliding_window", default: false) && config.present("sliding_window") != nil
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: nil,
            isSliding: { slides && !rotates[$0] })
        layers = windows.windows.enumerated().map { shape.attention(layer: $0, slidingWindow: $1) }
    }

    /// `no_rope_layers` says, despite its name, 1 for layers that rotate.
    private static func rotates(_ config: ModelConfig, _ numHiddenLayers: Int) throws(ModelError) -> [Bool] {
        let interval = try config.size("no_rope_layer_interval", default: 4)
        guard let list = config.present("no_rope_layers") else {
            return (0..<numHiddenLayers).map { ($0 + 1) % interval != 0 }
        }
        guard let numbers = list.arrayValue?.compactMap(\.intValue), numbers.count == numHiddenLayers else {
            throw config.error("no_rope_layers", "expected 1 or 0 for each of \(numHiddenLayers) layers")
        }
        return numbers.map { $0 != 0 }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: rotates[spec.layer] ? shape.rotary : nil, bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape, bias: mlpBias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
