internal import MartletModelIR

/// GLM-4.5 and 4.6: dense layers first, then experts chosen within groups by corrected sigmoid scores, and shared ones.
///
/// **Source** transformers `modeling_glm4_moe.py`.
struct Glm4MoE: AttentionDecoder {
    static let architectures = ["Glm4MoeForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    private let routing: MixtureOfExperts.Routing
    private let sharedWidth: Int
    private let numDenseLayers: Int
    private let attentionBias: Bool
    private let hasQKNorm: Bool

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 151_552, hiddenSize: 4096, intermediateSize: 10_944, numHiddenLayers: 46,
                numAttentionHeads: 96, numKeyValueHeads: 8, normEps: ("rms_norm_eps", 1e-5),
                maxPositionEmbeddings: 131_072, rope: RopeDefaults(partialRotaryFactor: 0.5), rotatesPartOfHeads: true))
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["n_routed_experts", "num_local_experts"], 128), topK: (["num_experts_per_tok"], 8),
                width: ("moe_intermediate_size", 1408)))
        layers = shape.attentions()
        guard experts.count > 0 else { throw config.error("n_routed_experts", "expected at least 1, found 0") }
        routing = try MixtureOfExperts.Routing.correctedGroups(config, experts)
        sharedWidth = try config.size("n_shared_experts", default: 1, limit: 1024) * experts.width
        numDenseLayers = try config.int("first_k_dense_replace", default: 1)
        attentionBias = try config.bool("attention_bias", default: false)
        hasQKNorm = try config.bool("use_qk_norm", default: false)
        // Of the layers for speculation, which are not used.
        config.readWithoutEffect("num_nextn_predict_layers", "num_mtp_layers")
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkv : .none, qkNorm: hasQKNorm ? .perHead() : nil)
            x = recorder.add(x, attended, layer["self_attn"])
            let normed = recorder.rmsNorm(x, layer["post_attention_layernorm"], shape)
            let mlp = layer["mlp"]
            let output =
                spec.layer < numDenseLayers
                ? recorder.gatedMLP(normed, mlp, shape) : mixed(normed, mlp, into: &recorder)
            x = recorder.add(x, output, mlp)
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }

    private func mixed(_ x: Value, _ mlp: WeightScope, into recorder: inout Recorder) -> Value {
        let shared = recorder.gatedMLP(x, mlp["shared_experts"], shape, width: sharedWidth)
        let gate = mlp["gate"]
        let chosen = recorder.experts(
            x, .separate(mlp["experts"], experts, hidden: shape.hiddenSize), routing,
            router: gate.weight(out: experts.count, in: shape.hiddenSize),
            correctionBias: WeightRef(name: gate["e_score_correction_bias"].path, shape: [experts.count]),
            activation: shape.activation, mlp)
        return recorder.emit(.add(shared, chosen), name: mlp["sum"].path)
    }
}

extension MixtureOfExperts.Routing {
    /// Sigmoid scores, corrected while the best groups and the best experts in them are chosen (DeepSeek V3, GLM-4.5).
    static func correctedGroups(
        _ config: ModelConfig, _ experts: ExpertSettings, groups: Int = 1, topGroups: Int = 1, scale: Double = 1
    ) throws(ModelError) -> MixtureOfExperts.Routing {
        let numGroups = try config.size("n_group", default: groups)
        let topGroups = try config.size("topk_group", default: topGroups)
        guard experts.count % numGroups == 0, experts.count / numGroups >= 2 else {
            throw config.error(
                "n_group",
                "expected groups of equal size, two or more of \(experts.count) experts in each, found \(numGroups)")
        }
        guard topGroups <= numGroups, topGroups * (experts.count / numGroups) >= experts.topK else {
            throw config.error(
                "topk_group", "expected at most \(numGroups) and enough for \(experts.topK) experts, found \(topGroups)"
            )
        }
        return MixtureOfExperts.Routing(
            topK: experts.topK, scoring: .sigmoid, numGroups: numGroups, topGroups: topGroups, groupScore: .bestTwo,
            renormalizes: try config.bool("norm_topk_prob", default: true), renormalizationEps: 1e-20,
            scale: try config.factor("routed_scaling_factor", default: scale))
    }
}
