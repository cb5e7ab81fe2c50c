internal import MartletModelIR

/// Mixtral: Mistral with a mixture of experts in every layer.
///
/// **Source** transformers `modeling_mixtral.py`.
struct Mixtral: AttentionDecoder {
    static let architectures = ["MixtralForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 32_000, hiddenSize: 4096, intermediateSize: 14_336, numHiddenLayers: 32,
                numAttentionHeads: 32, numKeyValueHeads: 8, normEps: ("rms_norm_eps", 1e-5),
                maxPositionEmbeddings: 131_072, rope: RopeDefaults(theta: 1_000_000)))
        self.shape = shape
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_local_experts", "num_experts"], 8), topK: (["num_experts_per_tok"], 2),
                width: ("intermediate_size", 14_336)))
        guard experts.count > 0 else { throw config.error("num_local_experts", "expected at least 1, found 0") }
        let window = config.present("sliding_window") == nil ? nil : try config.size("sliding_window")
        layers = (0..<shape.numHiddenLayers).map { shape.attention(layer: $0, slidingWindow: window) }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        let routing = MixtureOfExperts.Routing(topK: experts.topK, scoring: .softmax, renormalizes: true)
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary)
            x = recorder.add(x, attended, layer["self_attn"])
            let moe = layer["block_sparse_moe"]
            let mixed = recorder.experts(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape),
                .separate(moe["experts"], experts, hidden: shape.hiddenSize, names: ("w1", "w3", "w2")), routing,
                router: moe["gate"].weight(out: experts.count, in: shape.hiddenSize), activation: shape.activation, moe)
            x = recorder.add(x, mixed, moe)
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
