public import MartletModelIR

/// Llama 2 and 3, SmolLM2 and everything else that says `LlamaForCausalLM`.
///
/// **Source** transformers `modeling_llama.py`.
public struct Llama: ModelArchitecture {
    /// The `architectures` entries served.
    public static let architectures = ["LlamaForCausalLM"]

    private let shape: DecoderShape
    private let attentionBias: Bool
    private let mlpBias: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    public init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(config: config, defaults: DecoderDefaults(maxPositionEmbeddings: 2048))
        self.shape = shape
        attentionBias = try config.bool("attention_bias", default: false)
        mlpBias = try config.bool("mlp_bias", default: false)
        layers = (0..<shape.numHiddenLayers).map { shape.attention(layer: $0) }
    }

    /// Rows of the embedding table.
    public var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    public var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One full cache per layer.
    public var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    public func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape, bias: mlpBias)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
