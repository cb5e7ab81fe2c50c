public import MartletModelIR

/// Qwen2 and Qwen2.5: Llama with biases on the query, key and value projections.
///
/// **Source** transformers `modeling_qwen2.py`.
public struct Qwen2: ModelArchitecture {
    /// The `architectures` entries served.
    public static let architectures = ["Qwen2ForCausalLM"]

    private let shape: DecoderShape
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    public init(config: ModelConfig) throws(ModelError) {
        // transformers has no such key here, the biases are always there; GGUF files state it.
        guard try config.bool("attention_bias", default: true) else {
            throw config.error("attention_bias", "expected true, this architecture always has these biases")
        }
        let shape = try DecoderShape(
            config: config, defaults: DecoderDefaults(numKeyValueHeads: 32, maxPositionEmbeddings: 32_768))
        self.shape = shape
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
                rotary: shape.rotary, bias: .qkv)
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.gatedMLP(
                recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer["mlp"], shape)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}
