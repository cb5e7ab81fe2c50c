internal import MartletModelIR

/// Qwen2 and Qwen2.5, and the text part of Qwen2-VL and Qwen2.5-VL: Llama with biases on the query, key and value
/// projections.
///
/// **Source** transformers `modeling_qwen2.py`, `modeling_qwen2_5_vl.py`.
struct Qwen2: AttentionDecoder {
    static let architectures = [
        "Qwen2ForCausalLM", "Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration",
    ]

    let shape: DecoderShape
    let layers: [AttentionSpec]

    init(config: ModelConfig) throws(ModelError) {
        // transformers has no such key here, the biases are always there; GGUF files state it.
        guard try config.bool("attention_bias", default: true) else {
            throw config.error("attention_bias", "expected true, this architecture always has these biases")
        }
        let isVisual = config.architecture != "Qwen2ForCausalLM"
        let shape = try DecoderShape(config: config, defaults: isVisual ? Self.visual : Self.plain)
        self.shape = shape
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultMaxWindowLayers: isVisual ? 80 : 28)
        layers = windows.windows.enumerated().map { shape.attention(layer: $0, slidingWindow: $1) }
    }

    private static let plain = DecoderDefaults(numKeyValueHeads: 32, maxPositionEmbeddings: 32_768)

    private static let visual = DecoderDefaults(
        vocabSize: 152_064, hiddenSize: 8192, intermediateSize: 29_568, numHiddenLayers: 80, numAttentionHeads: 64,
        numKeyValueHeads: 8, normEps: ("rms_norm_eps", 1e-5), maxPositionEmbeddings: 32_768,
        rope: RopeDefaults(theta: 1_000_000))

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
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
