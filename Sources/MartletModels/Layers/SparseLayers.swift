internal import MartletModelIR

/// Which layers have experts, as Qwen configurations say it.
///
/// **Source** transformers `Qwen2MoeDecoderLayer.__init__`.
struct SparseLayers {
    /// One entry per layer.
    let hasExperts: [Bool]

    /// Every `decoder_sparse_step`-th layer but those of `mlp_only_layers`, if there are experts at all.
    init(config: ModelConfig, numHiddenLayers: Int, experts: ExpertSettings) throws(ModelError) {
        let step = try config.size("decoder_sparse_step", default: 1)
        let dense = Set(try config.ints("mlp_only_layers") ?? [])
        hasExperts = (0..<numHiddenLayers).map {
            experts.count > 0 && ($0 + 1) % step == 0 && !dense.contains($0)
        }
    }
}
