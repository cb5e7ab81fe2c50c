internal import MartletModelIR

/// Experts beside one that all tokens share, as Qwen3-Next and Qwen3.5 spell them.
struct SharedExpertLayer: Hashable, Sendable {
    let settings: ExpertSettings
    private let sharedWidth: Int
    private let renormalizes: Bool

    /// Reads the keys of the experts; both widths are 512 by default in all families.
    init(config: ModelConfig, layers: Int, count: Int, topK: Int, renormalizes: Bool) throws(ModelError) {
        settings = try ExpertSettings(
            config: config, layers: layers,
            .init(
                count: (["num_experts"], count), topK: (["num_experts_per_tok"], topK),
                width: ("moe_intermediate_size", 512)))
        sharedWidth = try config.size("shared_expert_intermediate_size", default: 512)
        self.renormalizes = renormalizes
    }

    /// Records the layer below `mlp`.
    ///
    /// **Source** transformers `modeling_qwen3_next.py` `Qwen3NextSparseMoeBlock`.
    func record(into recorder: inout Recorder, _ x: Value, _ mlp: WeightScope, _ shape: DecoderShape) -> Value {
        let routed = recorder.experts(
            x, .separate(mlp["experts"], settings, hidden: shape.hiddenSize),
            MixtureOfExperts.Routing(topK: settings.topK, scoring: .softmax, renormalizes: renormalizes),
            router: mlp["gate"].weight(out: settings.count, in: shape.hiddenSize), activation: shape.activation, mlp)
        let shared = recorder.gatedSharedExpert(x, mlp, shape, width: sharedWidth)
        return recorder.emit(.add(routed, shared), name: mlp["sum"].path)
    }
}
