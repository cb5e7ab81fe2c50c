internal import MartletJSON
internal import MartletModelIR

/// GPT-J: rotation of neighbouring pairs, attention and MLP side by side behind one LayerNorm.
///
/// **Source** transformers `modeling_gptj.py`.
struct GPTJ: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["GPTJForCausalLM"]

    private let shape: DecoderShape
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let config = config.spelling(GPTKeys.spellings)
        let hiddenSize = try config.size("hidden_size", default: 4096)
        let headDim = try hiddenSize / config.size("num_attention_heads", default: 16)
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 50_400, hiddenSize: 4096, intermediateSize: 4 * hiddenSize,
                numHiddenLayers: 28, numAttentionHeads: 16, activation: ("activation_function", "gelu_new"),
                normEps: ("layer_norm_epsilon", 1e-5), maxPositionEmbeddings: 2048,
                rope: RopeDefaults(partialRotaryFactor: 64 / Double(max(headDim, 1)), isInterleaved: true),
                rotatesPartOfHeads: true))
        self.shape = shape
        try GPTKeys.refuseOtherShapes(config, shape)
        // Published files state these two; there is no other kind.
        try config.expect("scale_attn_weights", oneOf: true)
        try config.expect("rotary", oneOf: true)
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
        let model = WeightScope("transformer")
        var x = recorder.embedding(model["wte"], shape)
        for spec in layers {
            let layer = model["h"][spec.layer]
            let normed = recorder.layerNorm(x, layer["ln_1"], shape, bias: true)
            let qkv = recorder.qkv(normed, layer["attn"], spec, shape)
            let attended = recorder.output(
                recorder.attention(qkv, layer["attn"], spec, rotary: shape.rotary), layer["attn"]["out_proj"], spec,
                shape)
            let mlp = recorder.mlp(normed, layer["mlp"], first: "fc_in", second: "fc_out", shape, bias: true)
            x = recorder.add(recorder.add(x, attended, layer["attn"]), mlp, layer["mlp"])
        }
        return recorder.layerNormHead(x, norm: model["ln_f"], embedding: model["wte"], shape, bias: true)
    }
}
