internal import MartletModelIR

/// Qwen1.5 and Qwen2 with experts: beside the chosen ones every token goes through a shared one, times a gate of its own.
///
/// **Source** transformers `modeling_qwen2_moe.py`.
struct Qwen2MoE: AttentionDecoder {
    static let architectures = ["Qwen2MoeForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    private let hasExperts: [Bool]
    private let sharedWidth: Int
    private let renormalizes: Bool
    private let qkvBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 151_936, hiddenSize: 2048, intermediateSize: 5632, numHiddenLayers: 24,
                numAttentionHeads: 16, numKeyValueHeads: 16, maxPositionEmbeddings: 32_768))
        self.shape = shape
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_experts"], 60), topK: (["num_experts_per_tok"], 4),
                width: ("moe_intermediate_size", 1408)))
        hasExperts = try SparseLayers(config: config, numHiddenLayers: shape.numHiddenLayers, experts: experts)
            .hasExperts
        sharedWidth = try config.size("shared_expert_intermediate_size", default: 5632)
        renormalizes = try config.bool("norm_topk_prob", default: false)
        qkvBias = try config.bool("qkv_bias", default: true)
        layers = try Self.windows(config, shape.numHiddenLayers).enumerated().map {
            shape.attention(layer: $0, slidingWindow: $1)
        }
    }

    /// Every other layer before `max_window_layers` slides, and only if `use_sliding_window` is set.
    private static func windows(_ config: ModelConfig, _ numHiddenLayers: Int) throws(ModelError) -> [Int?] {
        let last = try config.int("max_window_layers", default: 28)
        if try config.bool("use_sliding_window", default: false) {
            return try LayerWindows(config: config, numHiddenLayers: numHiddenLayers, defaultWindow: 4096) {
                $0 % 2 == 0 && $0 < last
            }.windows
        }
        _ = config.present("sliding_window")
        let types = try config.layerTypes(numHiddenLayers) { _ in AttentionReach.full }
        if let layer = types.firstIndex(of: .sliding) {
            throw config.error(
                "layer_types.\(layer)", "sliding_attention needs use_sliding_window and a sliding_window")
        }
        return [Int?](repeating: nil, count: numHiddenLayers)
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: qkvBias ? .qkv : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let normed = recorder.rmsNorm(x, layer["post_attention_layernorm"], shape)
            let mlp = layer["mlp"]
            if hasExperts[spec.layer] {
                x = recorder.add(x, mixed(normed, mlp, into: &recorder), mlp)
            } else {
                x = recorder.add(x, recorder.gatedMLP(normed, mlp, shape), mlp)
            }
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }

    private func mixed(_ x: Value, _ mlp: WeightScope, into recorder: inout Recorder) -> Value {
        let routing = MixtureOfExperts.Routing(topK: experts.topK, scoring: .softmax, renormalizes: renormalizes)
        let shared = recorder.gatedSharedExpert(x, mlp, shape, width: sharedWidth)
        let chosen = recorder.experts(
            x, .separate(mlp["experts"], experts, hidden: shape.hiddenSize), routing,
            router: mlp["gate"].weight(out: experts.count, in: shape.hiddenSize), activation: shape.activation, mlp)
        return recorder.emit(.add(shared, chosen), name: mlp["sum"].path)
    }
}

extension Recorder {
    /// `sigmoid(shared_expert_gate(x)) * shared_expert(x)`.
    mutating func gatedSharedExpert(_ x: Value, _ mlp: WeightScope, _ shape: DecoderShape, width: Int) -> Value {
        let shared = gatedMLP(x, mlp["shared_expert"], shape, width: width)
        let gate = mlp["shared_expert_gate"]
        let logit = linear(x, [(gate, 1)], in: shape.hiddenSize, name: gate.path)
        let factor = emit(.activation(logit, .sigmoid), name: gate["sigmoid"].path)
        return emit(.multiply(shared, factor), name: mlp["shared_expert"]["gated"].path)
    }
}
