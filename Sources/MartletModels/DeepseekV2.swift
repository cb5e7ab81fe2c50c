internal import MartletJSON
internal import MartletModelIR

/// DeepSeek V2, V2-Lite and V2.5: multi-head latent attention and softmax routing.
///
/// **Source** transformers `modeling_deepseek_v2.py`.
struct DeepseekV2: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["DeepseekV2ForCausalLM"]

    private let decoder: DeepseekDecoder

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        // Always pairs of neighbours, as the reference rotates complex numbers.
        try config.expect("rope_interleave", oneOf: true)
        decoder = try DeepseekDecoder(
            config: config,
            defaults: .init(
                shape: DecoderDefaults(
                    vocabSize: 102_400, hiddenSize: 4096, intermediateSize: 11_008, numHiddenLayers: 32,
                    numAttentionHeads: 32, headDim: 64, maxPositionEmbeddings: 2048, isRotary: false),
                isInterleaved: true, numExperts: 64, numSharedExperts: 2, expertWidth: 1407, firstDenseLayers: 0,
                hasCorrectionBias: false),
            routing: { experts throws(ModelError) in try Self.routing(config, experts) })
    }

    private static func routing(
        _ config: ModelConfig, _ experts: ExpertSettings
    ) throws(ModelError) -> MixtureOfExperts.Routing {
        try config.expect("scoring_func", oneOf: "softmax")
        // The reference never divides by the sum, whatever the key says, and nor do published files ask for it.
        let isIgnored = try config.bool("norm_topk_prob", default: false)
        if isIgnored { config.note("norm_topk_prob", value: false, source: "norm_topk_prob", rule: "has no effect") }
        let scale = try config.factor("routed_scaling_factor", default: 1)
        let method = try config.string("topk_method", default: "greedy")
        switch method {
        case "greedy":
            _ = (config.present("n_group"), config.present("topk_group"))
            return .init(topK: experts.topK, scoring: .softmax, renormalizes: false, scale: scale)
        case "group_limited_greedy":
            let groups = try config.expertGroups(of: experts)
            return .init(
                topK: experts.topK, scoring: .softmax, numGroups: groups.count, topGroups: groups.chosen,
                groupScore: .best, renormalizes: false, scale: scale)
        default:
            throw config.error(
                "topk_method", "\(method) is not supported; supported: greedy, group_limited_greedy")
        }
    }

    /// Rows of the embedding table.
    var vocabSize: Int { decoder.shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { decoder.latent.maxPositionEmbeddings }

    /// Latent rows in every layer.
    var kvCacheSpecs: [KVCacheSpec] { decoder.layers.map { .latent($0) } }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        decoder.record(into: &recorder)
    }
}
