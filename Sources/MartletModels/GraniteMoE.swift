internal import MartletModelIR

/// Granite with experts, all of a layer stacked in one tensor, and with an expert shared by all tokens (GraniteMoeShared).
///
/// **Source** transformers `modeling_granitemoe.py`, `modeling_granitemoeshared.py`.
struct GraniteMoE: AttentionDecoder {
    static let architectures = ["GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    /// Columns between the products of the shared expert; 0 for none.
    private let sharedWidth: Int
    private let attentionBias: Bool
    private let embeddingMultiplier: Float
    private let residualMultiplier: Float
    private let logitsScaling: Float

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 32_000, hiddenSize: 4096, intermediateSize: 11_008, numHiddenLayers: 32,
                numAttentionHeads: 32, maxPositionEmbeddings: 2048))
        self.shape = shape
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_local_experts"], 8), topK: (["num_experts_per_tok"], 2),
                width: ("intermediate_size", 11_008)))
        guard experts.count > 0 else { throw config.error("num_local_experts", "expected at least 1, found 0") }
        let isShared = config.architecture == "GraniteMoeSharedForCausalLM"
        sharedWidth = isShared ? try config.count(["shared_intermediate_size"], default: 0, limit: .max >> 32) : 0
        attentionBias = try config.bool("attention_bias", default: false)
        embeddingMultiplier = try config.factor("embedding_multiplier", default: 1)
        residualMultiplier = try config.factor("residual_multiplier", default: 1)
        logitsScaling = try config.factor("logits_scaling", default: 1)
        let scale = try config.factor("attention_multiplier", default: 1)
        layers = shape.attentions(scale: scale)
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape, scale: embeddingMultiplier)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"], scale: residualMultiplier)
            let normed = recorder.rmsNorm(x, layer["post_attention_layernorm"], shape)
            let mixed = mixed(normed, layer, into: &recorder)
            x = recorder.add(x, mixed, layer["block_sparse_moe"], scale: residualMultiplier)
        }
        return recorder.lmHead(
            x, norm: model["norm"], embedding: model["embed_tokens"], shape, scale: 1 / logitsScaling)
    }

    private func mixed(_ x: Value, _ layer: WeightScope, into recorder: inout Recorder) -> Value {
        let moe = layer["block_sparse_moe"]
        let shared = sharedWidth > 0 ? sharedExpert(x, layer["shared_mlp"], into: &recorder) : nil
        let chosen = recorder.experts(
            x,
            .stacked(
                gateUp: moe["input_linear"]["weight"].path, down: moe["output_linear"]["weight"].path, experts,
                hidden: shape.hiddenSize),
            MixtureOfExperts.Routing(topK: experts.topK, scoring: .softmaxOfChosen, renormalizes: false),
            router: moe["router"]["layer"].weight(out: experts.count, in: shape.hiddenSize),
            activation: shape.activation, moe)
        return shared.map { recorder.emit(.add($0, chosen), name: moe["sum"].path) } ?? chosen
    }

    private func sharedExpert(_ x: Value, _ scope: WeightScope, into recorder: inout Recorder) -> Value {
        let both = scope["input_linear"].weight(out: 2 * sharedWidth, in: shape.hiddenSize)
        let parts = [both.rows(length: sharedWidth), both.rows(start: sharedWidth, length: sharedWidth)]
        let gateUp = recorder.emit(.linear(x, parts, bias: []), name: scope["input_linear"].path)
        let activated = recorder.emit(.gatedActivation(gateUp, shape.activation), name: scope["act"].path)
        return recorder.linear(
            activated, [(scope["output_linear"], shape.hiddenSize)], in: sharedWidth,
            name: scope["output_linear"].path)
    }
}
