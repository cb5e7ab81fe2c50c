internal import MartletJSON
internal import MartletModelIR

/// Nemotron-3 8B, Nemotron-4 and Minitron: LayerNorm whose factors are stored less one, squared ReLU, partial rotation.
///
/// **Source** transformers `modeling_nemotron.py`.
struct Nemotron: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["NemotronForCausalLM"]

    private let shape: DecoderShape
    private let attentionBias: Bool
    private let mlpBias: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 256_000, hiddenSize: 6144, intermediateSize: 24_576, numHiddenLayers: 32,
                numAttentionHeads: 48, activation: ("hidden_act", "relu2"), normEps: ("norm_eps", 1e-5),
                maxPositionEmbeddings: 4096, rope: RopeDefaults(partialRotaryFactor: 0.5), rotatesPartOfHeads: true))
        self.shape = shape
        try config.expect("rope_percent", oneOf: .double(config.double("partial_rotary_factor", default: 0.5)))
        attentionBias = try config.bool("attention_bias", default: false)
        mlpBias = try config.bool("mlp_bias", default: false)
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
            let attended = recorder.selfAttention(
                norm(x, layer["input_layernorm"], &recorder), layer["self_attn"], spec, shape, rotary: shape.rotary,
                bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.mlp(
                norm(x, layer["post_attention_layernorm"], &recorder), layer["mlp"], shape, bias: mlpBias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        let wanted = recorder.gatherLogitRows(x)
        return recorder.logits(
            norm(wanted, model["norm"], &recorder), embedding: model["embed_tokens"], shape)
    }

    /// LayerNorm with factors `1 + weight` (`NemotronLayerNorm1P`).
    private func norm(_ x: Value, _ scope: WeightScope, _ recorder: inout Recorder) -> Value {
        let width = shape.hiddenSize
        return recorder.norm(
            x,
            Norm(
                .layer, groupSize: width, weights: [scope.weight(width)], biases: [scope.bias(width)],
                weightOffset: 1, eps: shape.normEps), scope)
    }
}
