internal import MartletJSON
internal import MartletModelIR

/// StarCoder2: LayerNorm, biases everywhere, an MLP without a gate, and a sliding window in every layer.
///
/// **Source** transformers `modeling_starcoder2.py`.
struct Starcoder2: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["Starcoder2ForCausalLM"]

    private let shape: DecoderShape
    private let bias: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 49_152, hiddenSize: 3072, intermediateSize: 12_288, numHiddenLayers: 30,
                numAttentionHeads: 24, numKeyValueHeads: 2, activation: ("hidden_act", "gelu_pytorch_tanh"),
                normEps: ("norm_epsilon", 1e-5), tieWordEmbeddings: true, maxPositionEmbeddings: 4096))
        self.shape = shape
        // Published files state these two; there is no other kind.
        try config.expect("norm_type", oneOf: "layer_norm")
        try config.expect("mlp_type", oneOf: "default")
        // Read under other names.
        config.readWithoutEffect(
            "activation_function", "layer_norm_epsilon", "attention_softmax_in_fp32",
            "scale_attention_softmax_in_fp32", "scale_attn_weights")
        bias = try config.bool("use_bias", default: true)
        let window = config.present("sliding_window") == nil ? nil : try config.size("sliding_window")
        layers = (0..<shape.numHiddenLayers).map { shape.attention(layer: $0, slidingWindow: window) }
    }

    /// Rows of the embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One cache per layer, all with the window or none.
    var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.layerNorm(x, layer["input_layernorm"], shape, bias: true), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: bias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.mlp(
                recorder.layerNorm(x, layer["post_attention_layernorm"], shape, bias: true), layer["mlp"],
                first: "c_fc", second: "c_proj", shape, bias: bias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.layerNormHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
