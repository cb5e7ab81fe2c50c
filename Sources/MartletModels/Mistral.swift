public import MartletModelIR

/// Mistral 7B and its relatives: Llama with an optional sliding window in every layer.
///
/// **Source** transformers `modeling_mistral.py`.
public struct Mistral: ModelArchitecture {
    /// The `architectures` entries served.
    public static let architectures = ["MistralForCausalLM"]

    private let shape: DecoderShape
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration; an absent `sliding_window` is 4096 as in transformers, null is none.
    public init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config, defaults: DecoderDefaults(numKeyValueHeads: 8, maxPositionEmbeddings: 131_072))
        self.shape = shape
        let window = config.isNull("sliding_window") ? nil : try config.size("sliding_window", default: 4096)
        layers = (0..<shape.numHiddenLayers).map { shape.attention(layer: $0, slidingWindow: window) }
    }

    /// Rows of the embedding table.
    public var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    public var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One cache per layer, all of the same window.
    public var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    public func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
