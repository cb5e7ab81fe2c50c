internal import MartletModelIR

/// GPT-NeoX and Pythia: query, key and value rows interleaved head by head, partial rotation, attention and MLP side by
/// side behind norms of their own.
///
/// **Source** transformers `modeling_gpt_neox.py`.
struct GPTNeoX: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["GPTNeoXForCausalLM"]

    private let shape: DecoderShape
    private let attentionBias: Bool
    private let isParallel: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 50_432, hiddenSize: 6144, intermediateSize: 24_576, numHiddenLayers: 44,
                numAttentionHeads: 64, activation: ("hidden_act", "gelu"), normEps: ("layer_norm_eps", 1e-5),
                maxPositionEmbeddings: 2048, rope: RopeDefaults(partialRotaryFactor: 0.25), rotatesPartOfHeads: true))
        self.shape = shape
        try GPTKeys.refuseOtherShapes(config, shape)
        attentionBias = try config.bool("attention_bias", default: true)
        isParallel = try config.bool("use_parallel_residual", default: true)
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
        let model = WeightScope("gpt_neox")
        var x = recorder.embedding(model["embed_in"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attention = layer["attention"]
            let qkv = recorder.groupedQKV(
                recorder.layerNorm(x, layer["input_layernorm"], shape, bias: true), attention["query_key_value"], spec,
                shape, bias: attentionBias)
            let attended = recorder.output(
                recorder.attention(qkv, attention, spec, rotary: shape.rotary), attention["dense"], spec, shape,
                bias: attentionBias)
            let sum = recorder.add(x, attended, attention)
            let mlp = recorder.mlp(
                recorder.layerNorm(isParallel ? x : sum, layer["post_attention_layernorm"], shape, bias: true),
                layer["mlp"], first: "dense_h_to_4h", second: "dense_4h_to_h", shape, bias: true)
            x = recorder.add(sum, mlp, layer["mlp"])
        }
        return recorder.layerNormHead(x, norm: model["final_layer_norm"], embedding: model["embed_in"], shape)
    }
}
