internal import MartletJSON
internal import MartletModelIR

/// DeepSeek V3, R1 and their relatives: multi-head latent attention and sigmoid routing within groups of experts.
///
/// **Source** transformers `modeling_deepseek_v3.py`.
struct DeepseekV3: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["DeepseekV3ForCausalLM"]

    private let decoder: DeepseekDecoder

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        decoder = try DeepseekDecoder(
            config: config,
            defaults: .init(
                shape: DecoderDefaults(
                    vocabSize: 129_280, hiddenSize: 7168, intermediateSize: 18_432, numHiddenLayers: 61,
                    numAttentionHeads: 128, headDim: 64, maxPositionEmbeddings: 4096, isRotary: false),
                isInterleaved: true, numExperts: 256, numExpertsPerToken: 8, numSharedExperts: 1, expertWidth: 2048,
                firstDenseLayers: 3, hasCorrectionBias: true),
            routing: { experts throws(ModelError) in try Self.routing(config, experts) })
    }

    private static func routing(
        _ config: ModelConfig, _ experts: ExpertSettings
    ) throws(ModelError) -> MixtureOfExperts.Routing {
        try config.expect("scoring_func", oneOf: "sigmoid")
        try config.expect("topk_method", oneOf: "noaux_tc")
        let groups = try config.expertGroups(of: experts, defaultCount: 8, defaultChosen: 4)
        guard groups.size > 1 else {
            throw config.error("n_group", "expected groups of 2 experts or more, found groups of 1")
        }
        return .init(
            topK: experts.topK, scoring: .sigmoid, numGroups: groups.count, topGroups: groups.chosen,
            groupScore: .bestTwo,
            renormalizes: try config.bool("norm_topk_prob", default: true), renormalizationEps: 1e-20,
            scale: try config.factor("routed_scaling_factor", default: 2.5))
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
