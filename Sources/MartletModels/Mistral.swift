internal import MartletJSON
internal import MartletModelIR

/// Mistral 7B and its relatives, Ministral 3, and the text part of Mistral Small 3: Llama with an optional sliding window
/// in every layer; Ministral 3 stretches its positions by yarn and lets queries grow with them.
///
/// **Source** transformers `modeling_mistral.py`, `modeling_ministral3.py`, `modeling_mistral3.py`.
struct Mistral: AttentionDecoder {
    static let architectures = ["MistralForCausalLM", "Ministral3ForCausalLM", "Mistral3ForConditionalGeneration"]

    let shape: DecoderShape
    let layers: [AttentionSpec]

    init(config: ModelConfig) throws(ModelError) {
        let isMinistral3 = config.architecture == "Ministral3ForCausalLM" || Self.modelType(config) == "ministral3"
        shape = try DecoderShape(config: config, defaults: isMinistral3 ? Self.ministral3 : Self.mistral)
        // An absent window is the class default, null is none.
        let defaultWindow = isMinistral3 ? nil : 4096
        let hasWindow =
            !config.isNull("sliding_window") && (config.present("sliding_window") != nil || defaultWindow != nil)
        layers = shape.attentions(
            slidingWindow: hasWindow ? try config.size("sliding_window", default: defaultWindow) : nil)
    }

    private static func modelType(_ config: ModelConfig) -> String? { config.json["model_type"]?.stringValue }

    private static let mistral = DecoderDefaults(numKeyValueHeads: 8, maxPositionEmbeddings: 131_072)

    private static let ministral3: DecoderDefaults = {
        let members: JSONValue = [
            "rope_type": "yarn", "rope_theta": 1_000_000.0, "factor": 16.0, "original_max_position_embeddings": 16_384,
            "beta_fast": 32.0, "beta_slow": 1.0, "mscale_all_dim": 1.0, "mscale": 1.0, "llama_4_scaling_beta": 0.1,
        ]
        return DecoderDefaults(
            numKeyValueHeads: 8, headDim: 128, normEps: ("rms_norm_eps", 1e-5), maxPositionEmbeddings: 262_144,
            rope: RopeDefaults(members: members.objectValue ?? JSONObject(), scalesQueries: true))
    }()

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
