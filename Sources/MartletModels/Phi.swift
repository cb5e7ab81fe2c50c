internal import MartletModelIR

/// Phi-1, Phi-1.5 and Phi-2: partial rotation, biases everywhere, attention and MLP side by side behind one LayerNorm.
///
/// **Source** transformers `modeling_phi.py`.
struct Phi: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["PhiForCausalLM"]

    private let shape: DecoderShape
    private let hasQKNorm: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 51_200, hiddenSize: 2048, intermediateSize: 8192, numHiddenLayers: 24,
                numAttentionHeads: 32, activation: ("hidden_act", "gelu_new"), normEps: ("layer_norm_eps", 1e-5),
                maxPositionEmbeddings: 2048, rope: RopeDefaults(partialRotaryFactor: 0.5), rotatesPartOfHeads: true))
        self.shape = shape
        hasQKNorm = try config.bool("qk_layernorm", default: false)
        if hasQKNorm { try shape.refuseOtherHeadDim(config) }
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
            var qkv = recorder.qkv(normed, attention, spec, shape, bias: true)
            if hasQKNorm {
                func norm(_ scope: WeightScope) -> Norm {
                    .layer(scope.weight(spec.headDim), bias: scope.bias(spec.headDim), eps: shape.normEps)
                }
                qkv = recorder.emit(
                    .qkNorm(qkv, query: norm(attention["q_layernorm"]), key: norm(attention["k_layernorm"]), spec),
                    name: attention["qk_norm"].path)
            }
            let attended = recorder.output(
                recorder.attention(qkv, attention, spec, rotary: shape.rotary), attention["dense"], spec, shape,
                bias: true)
            let mlp = recorder.mlp(normed, layer["mlp"], first: "fc1", second: "fc2", shape, bias: true)
            x = recorder.add(recorder.add(x, attended, attention), mlp, layer["mlp"])
        }
        return recorder.layerNormHead(
            x, norm: model["final_layernorm"], embedding: model["embed_tokens"], shape, bias: true)
    }
}
