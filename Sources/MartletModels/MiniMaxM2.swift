internal import MartletJSON
internal import MartletModelIR

/// MiniMax-M2: RMSNorm of all query heads together and of all key heads, half of each head rotated, experts chosen by
/// sigmoid scores with a correction. The layers beyond `num_hidden_layers` that released files have (MTP) are not used.
///
/// **Source** transformers `modeling_minimax_m2.py`.
struct MiniMaxM2: AttentionDecoder {
    static let architectures = ["MiniMaxM2ForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    private let hasCorrectionBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 200_064, hiddenSize: 3072, intermediateSize: 1536, numHiddenLayers: 62,
                numAttentionHeads: 48, numKeyValueHeads: 8, headDim: 128, maxPositionEmbeddings: 196_608,
                rope: RopeDefaults(theta: 5_000_000), rotatesPartOfHeads: true))
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_local_experts", "num_experts"], 256), topK: (["num_experts_per_tok"], 8),
                width: ("intermediate_size", 1536)))
        layers = shape.attentions()
        guard experts.count > 0 else { throw config.error("num_local_experts", "expected at least 1, found 0") }
        hasCorrectionBias = try config.bool("use_routing_bias", default: true)
        try Self.checkReleasedKeys(config)
    }

    /// Keys of released files that transformers does not read: they must say what it assumes.
    private static func checkReleasedKeys(_ config: ModelConfig) throws(ModelError) {
        try config.expect("scoring_func", oneOf: "sigmoid")
        try config.expect("use_qk_norm", oneOf: true)
        try config.expect("qk_norm_type", oneOf: "per_layer")
        try config.expect("shared_intermediate_size", oneOf: 0)
        for key in ["layernorm_full_attention_beta", "layernorm_linear_attention_beta", "layernorm_mlp_beta"] {
            try config.expect(key, oneOf: 1)
        }
        if let type = try (config.ints("attn_type_list") ?? []).first(where: { $0 != 1 }) {
            throw config.error("attn_type_list", "\(type) is not supported; supported: 1, full attention")
        }
        // Of layers that are not used, and of nothing.
        config.readWithoutEffect(
            "num_mtp_modules", "mtp_transformer_layers", "use_mtp", "mlp_intermediate_size", "shared_moe_mode")
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        let routing = MixtureOfExperts.Routing(topK: experts.topK, scoring: .sigmoid, renormalizes: true)
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, qkNorm: .wholeRow)
            x = recorder.add(x, attended, layer["self_attn"])
            let moe = layer["block_sparse_moe"]
            let bias = WeightRef(name: moe["e_score_correction_bias"].path, shape: [experts.count])
            let mixed = recorder.experts(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape),
                .separate(moe["experts"], experts, hidden: shape.hiddenSize, names: ("w1", "w3", "w2")), routing,
                router: moe["gate"].weight(out: experts.count, in: shape.hiddenSize),
                correctionBias: hasCorrectionBias ? bias : nil, activation: shape.activation, moe)
            x = recorder.add(x, mixed, moe)
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
