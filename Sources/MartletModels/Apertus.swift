internal import MartletJSON
internal import MartletModelIR

/// Apertus: Llama with norms of query and key heads and an MLP without gate, whose activation xIELU is learned.
///
/// **Source** transformers `modeling_apertus.py`.
struct Apertus: AttentionDecoder {
    static let architectures = ["ApertusForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let attentionBias: Bool
    private let isXIELU: Bool

    init(config: ModelConfig) throws(ModelError) {
        let members: JSONValue = [
            "rope_type": "llama3", "rope_theta": 12_000_000.0, "factor": 8.0,
            "original_max_position_embeddings": 8192, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        ]
        isXIELU = config.present("hidden_act")?.stringValue ?? "xielu" == "xielu"
        shape = try DecoderShape(
            config: isXIELU ? config.replacing("hidden_act", with: nil) : config,
            defaults: DecoderDefaults(
                normEps: ("rms_norm_eps", 1e-5), maxPositionEmbeddings: 65_536,
                rope: RopeDefaults(theta: 12_000_000, members: members.objectValue ?? JSONObject())))
        attentionBias = try config.bool("attention_bias", default: false)
        try config.expect("qk_norm", oneOf: true)
        layers = shape.attentions()
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["attention_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none, qkNorm: .perHead())
            x = recorder.add(x, attended, layer["self_attn"])
            let mlp = recorder.mlp(
                recorder.rmsNorm(x, layer["feedforward_layernorm"], shape), layer["mlp"], shape,
                activation: isXIELU ? .xielu(layer["mlp"]["act_fn"]) : shape.activation)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }
}

extension Activation {
    /// xIELU with the learned numbers at `scope`; beta and epsilon are constants.
    fileprivate static func xielu(_ scope: WeightScope) -> Activation {
        .xielu(
            alphaP: WeightRef(name: scope["alpha_p"].path, shape: [1]),
            alphaN: WeightRef(name: scope["alpha_n"].path, shape: [1]), beta: 0.5, eps: -1e-6)
    }
}
