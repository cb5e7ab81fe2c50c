internal import MartletModelIR

/// LFM2: layers of gated short convolution and of attention.
///
/// **Source** transformers `modeling_lfm2.py`.
struct Lfm2: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["Lfm2ForCausalLM"]

    private let decoder: Lfm2Decoder
    private let width: Int

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let listed = try config.ints("full_attn_idxs")
        decoder = try Lfm2Decoder(config: config, hiddenSize: 2560, intermediateSize: 12_288) { layer in
            listed?.contains(layer) ?? true
        }
        width = try Self.feedForwardWidth(config, decoder.shape.intermediateSize)
    }

    /// `intermediate_size`, or the older `block_ff_dim`, two thirds of it if the block adjusts it, rounded up.
    private static func feedForwardWidth(_ config: ModelConfig, _ intermediateSize: Int) throws(ModelError) -> Int {
        var width = try config.size("block_ff_dim", default: intermediateSize)
        let multiple = try config.size("block_multiple_of", default: 256)
        let isUnscaled = config.isNull("block_ffn_dim_multiplier")
        let multiplier = try config.double("block_ffn_dim_multiplier", default: 1)
        guard try config.bool("block_auto_adjust_ff_dim", default: true) else { return width }
        width = 2 * width / 3
        if !isUnscaled {
            let scaled = multiplier * Double(width)
            guard scaled >= 1, scaled <= Double(Int32.max) else {
                throw config.error("block_ffn_dim_multiplier", "gives a width of \(scaled)")
            }
            width = (Int(scaled) + multiple - 1) / multiple * multiple
        }
        guard width > 0 else { throw config.error("intermediate_size", "gives a width of \(width)") }
        config.note(
            "feed_forward_width", value: width, source: "intermediate_size, block_multiple_of",
            rule: "two thirds, times block_ffn_dim_multiplier, rounded up to block_multiple_of")
        return width
    }

    /// Rows of the embedding table.
    var vocabSize: Int { decoder.shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { decoder.shape.maxPositionEmbeddings }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { decoder.kvCacheSpecs }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        decoder.record(into: &recorder) { recorder, x, scope, _ in
            recorder.lfm2MLP(x, scope, width: width, hiddenSize: decoder.shape.hiddenSize)
        }
    }
}

/// LFM2-MoE: LFM2 with experts behind the first layers.
///
/// **Source** transformers `modeling_lfm2_moe.py`.
struct Lfm2Moe: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["Lfm2MoeForCausalLM"]

    private let decoder: Lfm2Decoder
    private let numDenseLayers: Int
    private let experts: ExpertSettings
    private let usesBias: Bool
    private let routing: MixtureOfExperts.Routing

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        guard config.present("layer_types") != nil else { throw config.error("layer_types", "is missing") }
        decoder = try Lfm2Decoder(config: config, hiddenSize: 2048, intermediateSize: 7168) { _ in true }
        numDenseLayers = try config.int("num_dense_layers", default: 2)
        experts = try ExpertSettings(
            config: config, layers: decoder.shape.numHiddenLayers,
            .init(
                count: (["num_experts"], 32), topK: (["num_experts_per_tok"], 4),
                width: ("moe_intermediate_size", 1792)))
        guard experts.count > 0 else { throw config.error("num_experts", "expected at least 1, found 0") }
        usesBias = try config.bool("use_expert_bias", default: true)
        routing = .init(
            topK: experts.topK, scoring: .sigmoid, renormalizes: try config.bool("norm_topk_prob", default: true),
            renormalizationEps: 1e-6, scale: Float(try config.double("routed_scaling_factor", default: 1)))
    }

    /// Rows of the embedding table.
    var vocabSize: Int { decoder.shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { decoder.shape.maxPositionEmbeddings }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { decoder.kvCacheSpecs }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let shape = decoder.shape
        return decoder.record(into: &recorder) { recorder, x, scope, layer in
            guard layer >= numDenseLayers else {
                return recorder.lfm2MLP(x, scope, width: shape.intermediateSize, hiddenSize: shape.hiddenSize)
            }
            return recorder.experts(
                x,
                .separate(scope["experts"], experts, hidden: shape.hiddenSize, names: ("w1", "w3", "w2")), routing,
                router: scope["gate"].weight(out: experts.count, in: shape.hiddenSize),
                correctionBias: usesBias ? WeightRef(name: scope["expert_bias"].path, shape: [experts.count]) : nil,
                activation: .silu, scope)
        }
    }
}
