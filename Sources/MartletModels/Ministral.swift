internal import MartletModelIR

/// Ministral 8B of 2024: Mistral in which `layer_types` says which layers have the window.
///
/// **Source** transformers `modeling_ministral.py`.
struct Ministral: AttentionDecoder {
    static let architectures = ["MinistralForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config, defaults: DecoderDefaults(numKeyValueHeads: 8, maxPositionEmbeddings: 131_072))
        self.shape = shape
        let hasWindow = !config.isNull("sliding_window")
        let windows = try LayerWindows(
            config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: 4096, isSliding: { _ in hasWindow })
        layers = windows.windows.enumerated().map { shape.attention(layer: $0, slidingWindow: $1) }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
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
