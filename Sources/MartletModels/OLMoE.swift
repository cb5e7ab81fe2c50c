internal import MartletModelIR

/// OLMoE: RMSNorm of all query heads together and of all key heads, queries, keys and values clipped if so configured.
///
/// **Source** transformers `modeling_olmoe.py`.
struct OLMoE: AttentionDecoder {
    static let architectures = ["OlmoeForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    private let renormalizes: Bool
    private let attentionBias: Bool
    private let clip: Float?

    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 50_304, hiddenSize: 2048, intermediateSize: 2048, numHiddenLayers: 16,
                numAttentionHeads: 16, normEps: ("rms_norm_eps", 1e-5), maxPositionEmbeddings: 4096))
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_experts", "num_local_experts"], 64), topK: (["num_experts_per_tok"], 8),
                width: ("intermediate_size", 2048)))
        layers = shape.attentions()
        guard experts.count > 0 else { throw config.error("num_experts", "expected at least 1, found 0") }
        renormalizes = try config.bool("norm_topk_prob", default: false)
        attentionBias = try config.bool("attention_bias", default: false)
        clip = try config.optionalFactor("clip_qkv", default: nil)
        if let clip, clip < 0 { throw config.error("clip_qkv", "expected more than 0, found \(clip)") }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        let routing = MixtureOfExperts.Routing(topK: experts.topK, scoring: .softmax, renormalizes: renormalizes)
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let normed = recorder.rmsNorm(x, layer["input_layernorm"], shape)
            let attended = attention(normed, layer["self_attn"], spec, into: &recorder)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = layer["mlp"]
            let mixed = recorder.experts(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape),
                .separate(mlp["experts"], experts, hidden: shape.hiddenSize), routing,
                router: mlp["gate"].weight(out: experts.count, in: shape.hiddenSize), activation: shape.activation, mlp)
            x = recorder.add(x, mixed, mlp)
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }

    private func attention(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, into recorder: inout Recorder
    ) -> Value {
        let projected = recorder.qkv(x, scope, spec, shape, bias: attentionBias)
        let normed = recorder.normalized(projected, .wholeRow, scope, spec, shape)
        let clipped = clip.map {
            recorder.emit(.activation(normed, .clamp(limit: $0)), name: scope["clip"].path)
        }
        let attended = recorder.attention(clipped ?? normed, scope, spec, rotary: shape.rotary)
        return recorder.output(attended, scope["o_proj"], spec, shape, bias: attentionBias)
    }
}
