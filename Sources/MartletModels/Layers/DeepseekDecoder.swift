internal import MartletModelIR

/// What DeepSeek V2 and V3 share: latent attention, dense layers first, then experts beside shared ones.
struct DeepseekDecoder: Hashable, Sendable {
    let shape: DecoderShape
    let latent: LatentShape
    let layers: [LatentAttentionSpec]
    private let experts: Experts
    private let mlpBias: Bool

    /// The mixture of experts.
    private struct Experts: Hashable, Sendable {
        let settings: ExpertSettings
        /// Columns of the shared experts together, or nil.
        let sharedWidth: Int?
        let routing: MixtureOfExperts.Routing
        let hasCorrectionBias: Bool
        let layers: Set<Int>
    }

    /// What the configuration classes differ in.
    struct Defaults {
        var shape: DecoderDefaults
        var isInterleaved: Bool
        var numExperts: Int
        var numExpertsPerToken: Int?
        var numSharedExperts: Int
        var expertWidth: Int
        var firstDenseLayers: Int
        var hasCorrectionBias: Bool
    }

    /// More shared experts than any checkpoint has.
    private static let sharedLimit = 8192

    /// Reads the numbers; `routing` reads how experts are chosen.
    init(
        config: ModelConfig, defaults: Defaults,
        routing: (ExpertSettings) throws(ModelError) -> MixtureOfExperts.Routing
    ) throws(ModelError) {
        // The width of the rotary heads is told by a key of its own, see `LatentShape`.
        let shape = try DecoderShape(
            config: config.spelling(["head_dim": "qk_rope_head_dim"]), defaults: defaults.shape)
        self.shape = shape
        let latent = try LatentShape(config: config, shape: shape, isInterleaved: defaults.isInterleaved)
        self.latent = latent
        let layerScope = WeightScope("model")["layers"]
        layers = (0..<shape.numHiddenLayers).map {
            latent.attention(layer: $0, numHeads: shape.numAttentionHeads, layerScope[$0]["self_attn"])
        }
        mlpBias = try config.bool("mlp_bias", default: false)
        let settings = try ExpertSettings(
            config: config,
            .init(
                count: (["n_routed_experts"], defaults.numExperts),
                topK: (["num_experts_per_tok"], defaults.numExpertsPerToken),
                width: ("moe_intermediate_size", defaults.expertWidth)))
        guard settings.count > 0 else {
            throw config.error("n_routed_experts", "expected 1 or more, found \(settings.count)")
        }
        let shared = try Self.sharedExperts(config, defaults.numSharedExperts)
        experts = Experts(
            settings: settings, sharedWidth: shared > 0 ? shared * settings.width : nil,
            routing: try routing(settings), hasCorrectionBias: defaults.hasCorrectionBias,
            layers: try Self.expertLayers(config, shape.numHiddenLayers, defaults.firstDenseLayers))
        // Layers that predict further tokens come after the decoder's; their weights are not read.
        _ = try config.int("num_nextn_predict_layers", default: 0)
    }

    private static func sharedExperts(_ config: ModelConfig, _ fallback: Int) throws(ModelError) -> Int {
        if config.isNull("n_shared_experts") { return 0 }
        let count = try config.int("n_shared_experts", default: fallback)
        guard (0...sharedLimit).contains(count) else {
            throw config.error("n_shared_experts", "expected 0 to \(sharedLimit), found \(count)")
        }
        return count
    }

    private static func expertLayers(
        _ config: ModelConfig, _ numHiddenLayers: Int, _ fallback: Int
    ) throws(ModelError) -> Set<Int> {
        let first = try config.int("first_k_dense_replace", default: fallback)
        guard first >= 0 else { throw config.error("first_k_dense_replace", "expected 0 or more, found \(first)") }
        // From DeepSeek's own code; transformers has no such key, and published files say 1.
        let frequency = try config.size("moe_layer_freq", default: 1)
        return Set((0..<numHiddenLayers).filter { $0 >= first && $0 % frequency == 0 })
    }

    /// Records the decoder.
    func record(into recorder: inout Recorder) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.latentAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, latent,
                hiddenSize: shape.hiddenSize)
            x = recorder.add(x, attended, layer["self_attn"])
            let normed = recorder.rmsNorm(x, layer["post_attention_layernorm"], shape)
            let mlp =
                experts.layers.contains(spec.layer)
                ? mixture(normed, layer["mlp"], &recorder)
                : recorder.gatedMLP(normed, layer["mlp"], shape, bias: mlpBias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }

    /// Routed experts, and beside them the shared ones, which every row takes.
    private func mixture(_ x: Value, _ scope: WeightScope, _ recorder: inout Recorder) -> Value {
        let (hidden, count) = (shape.hiddenSize, experts.settings.count)
        let correction = WeightRef(name: scope["gate"]["e_score_correction_bias"].path, shape: [count])
        let routed = recorder.experts(
            x, .separate(scope["experts"], experts.settings, hidden: hidden), experts.routing,
            router: scope["gate"].weight(out: count, in: hidden),
            correctionBias: experts.hasCorrectionBias ? correction : nil, activation: shape.activation,
            scope["experts"])
        guard let sharedWidth = experts.sharedWidth else { return routed }
        let shared = recorder.gatedMLP(x, scope["shared_experts"], shape, width: sharedWidth, bias: mlpBias)
        return recorder.add(routed, shared, scope["shared_experts"])
    }
}
