internal import MartletJSON
internal import MartletModelIR

/// ERNIE 4.5 with experts: interleaved rotation, softmax scores corrected while experts are chosen, shared experts.
///
/// **Source** transformers `modeling_ernie4_5_moe.py`.
struct Ernie45MoE: AttentionDecoder {
    static let architectures = ["Ernie4_5_MoeForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    private let routing: MixtureOfExperts.Routing
    private let hasExperts: [Bool]
    /// Columns between the products of the shared experts; 0 for none.
    private let sharedWidth: Int
    private let hasBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 103_424, hiddenSize: 2560, intermediateSize: 12_288, numHiddenLayers: 28,
                numAttentionHeads: 20, numKeyValueHeads: 4, normEps: ("rms_norm_eps", 1e-5), tieWordEmbeddings: true,
                maxPositionEmbeddings: 131_072, rope: RopeDefaults(theta: 500_000, isInterleaved: true)))
        self.shape = shape
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["moe_num_experts", "num_experts"], 64), topK: (["moe_k", "num_experts_per_tok"], 6),
                width: ("moe_intermediate_size", 1536)))
        let least = try config.double("moe_norm_min", default: 1e-12)
        guard least >= 0, least.isFinite else { throw config.error("moe_norm_min", "expected 0 or more") }
        routing = MixtureOfExperts.Routing(
            topK: experts.topK, scoring: .softmax, renormalizes: true, renormalizationMin: Float(least))
        hasExperts = try Self.hasExperts(config, shape.numHiddenLayers)
        layers = shape.attentions()
        guard experts.count > 0 || !hasExperts.contains(true) else {
            throw config.error("moe_num_experts", "expected at least 1, found 0")
        }
        sharedWidth =
            try config.count(["moe_num_shared_experts"], default: 2, limit: 1024) * experts.width
        hasBias = try config.bool("use_bias", default: false)
        try Self.checkReleasedKeys(config)
    }

    /// Every `moe_layer_interval`-th layer from `moe_layer_start_index` to `moe_layer_end_index`.
    private static func hasExperts(_ config: ModelConfig, _ numHiddenLayers: Int) throws(ModelError) -> [Bool] {
        let interval = try config.size("moe_layer_interval", default: 1)
        let start = try config.int("moe_layer_start_index", default: 1)
        let end = try config.int("moe_layer_end_index", default: -1)
        let last = end == -1 ? numHiddenLayers - 1 : end
        return (0..<numHiddenLayers).map { ($0 + 1) % interval == 0 && $0 >= start && $0 <= last }
    }

    /// Keys of released files that transformers does not read: they must say what it assumes, or say nothing of inference.
    private static func checkReleasedKeys(_ config: ModelConfig) throws(ModelError) {
        try config.expect("moe_gate", oneOf: "topk")
        try config.expect("compression_ratio", oneOf: 1)
        try config.expect("use_rmsnorm", oneOf: true)
        config.readWithoutEffect(
            "moe_capacity", "moe_use_aux_free", "moe_dropout_prob", "num_nextn_predict_layers")
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: hasBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let normed = recorder.rmsNorm(x, layer["post_attention_layernorm"], shape)
            let mlp = layer["mlp"]
            let output =
                hasExperts[spec.layer]
                ? mixed(normed, mlp, into: &recorder) : recorder.gatedMLP(normed, mlp, shape, bias: hasBias)
            x = recorder.add(x, output, mlp)
        }
        let normed = recorder.rmsNorm(recorder.gatherLogitRows(x), model["norm"], shape)
        return recorder.logits(normed, embedding: model["embed_tokens"], shape, bias: hasBias)
    }

    private func mixed(_ x: Value, _ mlp: WeightScope, into recorder: inout Recorder) -> Value {
        var shared: Value?
        if sharedWidth > 0 {
            shared = recorder.gatedMLP(x, mlp["shared_experts"], shape, width: sharedWidth, bias: hasBias)
        }
        let correction = mlp["moe_statics"]["e_score_correction_bias"]
        let chosen = recorder.experts(
            x, .separate(mlp["experts"], experts, hidden: shape.hiddenSize), routing,
            router: mlp["gate"].weight(out: experts.count, in: shape.hiddenSize),
            correctionBias: WeightRef(name: correction.path, shape: [experts.count]), activation: shape.activation, mlp)
        return shared.map { recorder.emit(.add($0, chosen), name: mlp["sum"].path) } ?? chosen
    }
}
