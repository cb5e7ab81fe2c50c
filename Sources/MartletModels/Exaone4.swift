internal import MartletJSON
internal import MartletModelIR

/// EXAONE 4: norms after attention and MLP instead of before, norms of query and key heads; where some layers have a
/// window, the others do not rotate.
///
/// **Source** transformers `modeling_exaone4.py`.
struct Exaone4: AttentionDecoder {
    static let architectures = ["Exaone4ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let rotatesFullLayers: Bool

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                numKeyValueHeads: 32, normEps: ("rms_norm_eps", 1e-5), maxPositionEmbeddings: 2048))
        self.shape = shape
        let hasWindow = !config.isNull("sliding_window")
        rotatesFullLayers = !hasWindow
        let isSliding = try Self.pattern(config)
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: 4096,
            isSliding: { hasWindow && isSliding($0) })
        layers = windows.windows.enumerated().map { shape.attention(layer: $0, slidingWindow: $1) }
    }

    /// `sliding_window_pattern`: every how many layers there is one without a window, or a string such as `LLLG`.
    private static func pattern(_ config: ModelConfig) throws(ModelError) -> @Sendable (Int) -> Bool {
        if let letters = config.present("sliding_window_pattern")?.stringValue.map(Array.init) {
            guard !letters.isEmpty, letters.allSatisfy({ $0 == "L" || $0 == "G" }) else {
                throw config.error("sliding_window_pattern", "expected letters L and G, found \(String(letters))")
            }
            return { letters[$0 % letters.count] == "L" }
        }
        let interval = try config.int("sliding_window_pattern", default: 4)
        return { interval <= 0 || ($0 + 1) % interval != 0 }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                x, layer["self_attn"], spec, shape,
                rotary: rotatesFullLayers || spec.slidingWindow != nil ? shape.rotary : nil, qkNorm: .perHead())
            x = recorder.add(
                x, recorder.rmsNorm(attended, layer["post_attention_layernorm"], shape), layer["self_attn"])
            let mlp = recorder.gatedMLP(x, layer["mlp"], shape)
            x = recorder.add(x, recorder.rmsNorm(mlp, layer["post_feedforward_layernorm"], shape), layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
