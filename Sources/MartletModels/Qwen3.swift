internal import MartletModelIR

/// Dense Qwen3, and the text part of Qwen3-VL: Llama with an RMSNorm on every query and key head.
///
/// **Source** transformers `modeling_qwen3.py`, `modeling_qwen3_vl.py`.
struct Qwen3: AttentionDecoder {
    static let architectures = ["Qwen3ForCausalLM", "Qwen3VLForConditionalGeneration"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool

    init(config: ModelConfig) throws(ModelError) {
        let isVisual = config.architecture == "Qwen3VLForConditionalGeneration"
        let shape = try DecoderShape(config: config, defaults: isVisual ? Self.visual : Self.plain)
        self.shape = shape
        attentionBias = try config.bool("attention_bias", default: false)
        layers = try LayerWindows(config: config, numHiddenLayers: shape.numHiddenLayers).windows.enumerated().map {
            shape.attention(layer: $0, slidingWindow: $1)
        }
    }

    private static let plain = DecoderDefaults(
        numKeyValueHeads: 32, headDim: 128, maxPositionEmbeddings: 32_768)

    private static let visual = DecoderDefaults(
        vocabSize: 151_936, hiddenSize: 4096, intermediateSize: 22_016, numHiddenLayers: 32, numAttentionHeads: 32,
        numKeyValueHeads: 32, headDim: 128, maxPositionEmbeddings: 128_000, rope: RopeDefaults(theta: 500_000))

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
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
