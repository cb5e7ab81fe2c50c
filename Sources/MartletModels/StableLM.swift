internal import MartletJSON
internal import MartletModelIR

/// StableLM 3B, 2 1.6B and 2 12B: Llama with LayerNorm, partial rotation and, in some, norms of every single head and
/// attention and MLP side by side.
///
/// **Source** transformers `modeling_stablelm.py`.
struct StableLM: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["StableLmForCausalLM"]

    private let shape: DecoderShape
    private let qkvBias: Bool
    private let hasQKNorm: Bool
    private let isParallel: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 50_304, hiddenSize: 2560, intermediateSize: 6912, numHiddenLayers: 32,
                numAttentionHeads: 32, numKeyValueHeads: 32, normEps: ("layer_norm_eps", 1e-5),
                maxPositionEmbeddings: 4096, rope: RopeDefaults(partialRotaryFactor: 0.25), rotatesPartOfHeads: true))
        self.shape = shape
        try shape.refuseOtherHeadDim(config)
        guard try config.double("rotary_scaling_factor", default: 1) == 1 else {
            throw config.error("rotary_scaling_factor", "expected 1; say it in rope_scaling")
        }
        // The first files have these beside the class's own keys.
        try config.expect("num_heads", oneOf: .integer(Int64(shape.numAttentionHeads)))
        try config.expect("norm_eps", oneOf: .double(config.double("layer_norm_eps", default: 1e-5)))
        try config.expect("rope_pct", oneOf: .double(config.double("partial_rotary_factor", default: 0.25)))
        qkvBias = try config.bool("use_qkv_bias", default: false)
        hasQKNorm = try config.bool("qk_layernorm", default: false)
        isParallel = try config.bool("use_parallel_residual", default: false)
        layers = (0..<shape.numHiddenLayers).map { shape.attention(layer: $0) }
    }

    /// Rows of the embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One full cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attention = layer["self_attn"]
            let normed = recorder.layerNorm(x, layer["input_layernorm"], shape, bias: true)
            var qkv = recorder.qkv(normed, attention, spec, shape, bias: qkvBias)
            if hasQKNorm {
                qkv = recorder.emit(
                    .qkNorm(
                        qkv, query: headNorms(attention["q_layernorm"], count: spec.numHeads),
                        key: headNorms(attention["k_layernorm"], count: spec.numKVHeads), spec),
                    name: attention["qk_norm"].path)
            }
            let attended = recorder.output(
                recorder.attention(qkv, attention, spec, rotary: shape.rotary), attention["o_proj"], spec, shape)
            let sum = recorder.add(x, attended, attention)
            let mlpInput =
                isParallel
                ? normed : recorder.layerNorm(sum, layer["post_attention_layernorm"], shape, bias: true)
            x = recorder.add(sum, recorder.gatedMLP(mlpInput, layer["mlp"], shape), layer["mlp"])
        }
        return recorder.layerNormHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }

    /// A LayerNorm of every head with factors of its own, `<scope>.norms.<head>.weight`.
    private func headNorms(_ scope: WeightScope, count: Int) -> Norm {
        Norm(
            .layer, groupSize: shape.headDim,
            weights: (0..<count).map { scope["norms"][$0].weight(shape.headDim) }, eps: shape.normEps)
    }
}
