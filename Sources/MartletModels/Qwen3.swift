public import MartletModelIR

/// Dense Qwen3: Llama with an RMSNorm on every query and key head.
///
/// **Source** transformers `modeling_qwen3.py`.
public struct Qwen3: ModelArchitecture {
    /// The `architectures` entries served.
    public static let architectures = ["Qwen3ForCausalLM"]

    private let shape: DecoderShape
    private let attentionBias: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    public init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(numKeyValueHeads: 32, headDim: 128, maxPositionEmbeddings: 32_768))
        self.shape = shape
        attentionBias = try config.bool("attention_bias", default: false)
        layers = try LayerWindows(config: config, numHiddenLayers: shape.numHiddenLayers).windows.enumerated().map {
            shape.attention(layer: $0, slidingWindow: $1)
        }
    }

    /// Rows of the embedding table.
    public var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    public var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One cache per layer, full or with a sliding window.
    public var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    public func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none, qkNorm: .perHead())
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
