public import MartletModelIR

/// Qwen3 with experts: an RMSNorm on every query and key head, no shared expert.
///
/// **Source** transformers `modeling_qwen3_moe.py`.
public struct Qwen3MoE: ModelArchitecture {
    /// The `architectures` entries served.
    public static let architectures = ["Qwen3MoeForCausalLM"]

    private let shape: DecoderShape
    private let experts: ExpertSettings
    private let hasExperts: [Bool]
    private let renormalizes: Bool
    private let attentionBias: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    public init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 151_936, hiddenSize: 2048, intermediateSize: 6144, numHiddenLayers: 24,
                numAttentionHeads: 32, numKeyValueHeads: 4, maxPositionEmbeddings: 32_768))
        self.shape = shape
        experts = try ExpertSettings(
            config: config,
            .init(
                count: (["num_experts", "num_local_experts"], 128), topK: (["num_experts_per_tok"], 8),
                width: ("moe_intermediate_size", 768)))
        hasExperts = try SparseLayers(config: config, numHiddenLayers: shape.numHiddenLayers, experts: experts)
            .hasExperts
        renormalizes = try config.bool("norm_topk_prob", default: false)
        attentionBias = try config.bool("attention_bias", default: false)
        var window: Int?
        let isNull = config.isNull("sliding_window")
        if try config.bool("use_sliding_window", default: false), !isNull {
            window = try config.size("sliding_window", default: 4096)
        }
        layers = (0..<shape.numHiddenLayers).map { shape.attention(layer: $0, slidingWindow: window) }
    }

    /// Rows of the embedding table.
    public var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    public var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One cache per layer, full or with a sliding window.
    public var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    public func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
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
                    normed, .separate(mlp["experts"], experts, hidden: shape.hiddenSize), routing,
                    router: mlp["gate"].weight(out: experts.count, in: shape.hiddenSize), activation: shape.activation,
                    mlp)
                : recorder.gatedMLP(normed, mlp, shape)
            x = recorder.add(x, output, mlp)
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
