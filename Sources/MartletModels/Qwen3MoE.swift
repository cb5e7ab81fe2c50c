internal import MartletModelIR

/// Qwen3 with experts, and the text part of Qwen3-VL with experts: an RMSNorm on every query and key head, no shared
/// expert. The latter has the experts of a layer as `[in, out]` in one tensor.
///
/// **Source** transformers `modeling_qwen3_moe.py`, `modeling_qwen3_vl_moe.py`.
struct Qwen3MoE: AttentionDecoder {
    static let architectures = ["Qwen3MoeForCausalLM", "Qwen3VLMoeForConditionalGeneration"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    private let hasExperts: [Bool]
    private let renormalizes: Bool
    private let isVisual: Bool
    private let attentionBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        isVisual = config.architecture == "Qwen3VLMoeForConditionalGeneration"
        let shape = try DecoderShape(config: config, defaults: isVisual ? Self.visual : Self.plain)
        self.shape = shape
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_experts", "num_local_experts"], isVisual ? 60 : 128),
                topK: (["num_experts_per_tok"], isVisual ? 4 : 8),
                width: ("moe_intermediate_size", isVisual ? 1408 : 768)))
        hasExperts = try SparseLayers(config: config, numHiddenLayers: shape.numHiddenLayers, experts: experts)
            .hasExperts
        // The visual model does so whatever its configuration says.
        renormalizes = try config.bool("norm_topk_prob", default: false) || isVisual
        attentionBias = try config.bool("attention_bias", default: false)
        var window: Int?
        let isNull = config.isNull("sliding_window")
        if try config.bool("use_sliding_window", default: false), !isNull {
            window = try config.size("sliding_window", default: 4096)
        }
        layers = (0..<shape.numHiddenLayers).map { shape.attention(layer: $0, slidingWindow: window) }
    }

    private static let plain = DecoderDefaults(
        vocabSize: 151_936, hiddenSize: 2048, intermediateSize: 6144, numHiddenLayers: 24, numAttentionHeads: 32,
        numKeyValueHeads: 4, maxPositionEmbeddings: 32_768)

    private static let visual = DecoderDefaults(
        vocabSize: 151_936, hiddenSize: 2048, intermediateSize: 5632, numHiddenLayers: 24, numAttentionHeads: 16,
        numKeyValueHeads: 16, tieWordEmbeddings: true, maxPositionEmbeddings: 128_000,
        rope: RopeDefaults(theta: 500_000))

    private func weights(_ scope: WeightScope) -> ExpertWeights {
        guard isVisual else { return .separate(scope, experts, hidden: shape.hiddenSize) }
        return .stacked(
            gateUp: scope["gate_up_proj"].path, down: scope["down_proj"].path, experts, hidden: shape.hiddenSize,
            isTransposed: true)
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        let routing = MixtureOfExperts.Routing(topK: experts.topK, scoring: .softmax, renormalizes: renormalizes)
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none, qkNorm: .perHead())
            x = recorder.add(x, attended, layer["self_attn"])
            let normed = recorder.rmsNorm(x, layer["post_attention_layernorm"], shape)
            let mlp = layer["mlp"]
            let output =
                hasExperts[spec.layer]
                ? recorder.experts(
                    normed, weights(mlp["experts"]), routing,
                    router: mlp["gate"].weight(out: experts.count, in: shape.hiddenSize), activation: shape.activation,
                    mlp)
                : recorder.gatedMLP(normed, mlp, shape)
            x = recorder.add(x, output, mlp)
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
