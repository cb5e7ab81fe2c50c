internal import MartletJSON
internal import MartletModelIR

/// gpt-oss: alternating sliding windows, attention sinks, biases everywhere, experts with a clamped SwiGLU.
///
/// The rows of gate and up take turns in one tensor. Unquantised files have the experts' matrices as `[in, out]`, MXFP4
/// files as `[out, in]`.
///
/// **Source** transformers `modeling_gpt_oss.py`.
struct GptOss: AttentionDecoder {
    static let architectures = ["GptOssForCausalLM"]

    let shape: DecoderShape
    let layers: [AttentionSpec]
    private let experts: ExpertSettings
    private let activation: Activation
    private let attentionBias: Bool
    private let isTransposed: Bool

    init(config: ModelConfig) throws(ModelError) {
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 201_088, hiddenSize: 2880, intermediateSize: 2880, numHiddenLayers: 36,
                numAttentionHeads: 64, numKeyValueHeads: 8, headDim: 64, normEps: ("rms_norm_eps", 1e-5),
                maxPositionEmbeddings: 131_072, rope: RopeDefaults(theta: 150_000, members: Self.defaultRope)))
        self.shape = shape
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_local_experts", "num_experts"], 128),
                topK: (["num_experts_per_tok", "experts_per_token"], 4), width: ("intermediate_size", 2880)))
        guard experts.count > 0 else { throw config.error("num_local_experts", "expected at least 1, found 0") }
        let limit = try config.factor("swiglu_limit", default: 7)
        guard limit > 0 else { throw config.error("swiglu_limit", "expected more than 0, found \(limit)") }
        activation = .clampedSwiGLU(alpha: try config.factor("swiglu_alpha", default: 1.702), limit: limit)
        attentionBias = try config.bool("attention_bias", default: true)
        isTransposed = config.present("quantization_config")?["quant_method"]?.stringValue != "mxfp4"
        _ = config.present("initial_context_length")
        layers = try LayerWindows(config: config, numHiddenLayers: shape.numHiddenLayers, defaultWindow: 128) {
            $0 % 2 == 0
        }.windows.enumerated().map { layer, window in
            var spec = shape.attention(layer: layer, slidingWindow: window)
            let scope = WeightScope("model")["layers"][layer]["self_attn"]["sinks"]
            spec.sinks = WeightRef(name: scope.path, shape: [shape.numAttentionHeads])
            return spec
        }
    }

    /// What the configuration class puts where there are no rotary parameters.
    private static var defaultRope: JSONObject {
        var members = JSONObject()
        members["rope_type"] = "yarn"
        members["factor"] = .double(32)
        members["beta_fast"] = .double(32)
        members["beta_slow"] = .double(1)
        members["truncate"] = .bool(false)
        members["original_max_position_embeddings"] = .integer(4096)
        return members
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for spec in layers {
            let layer = model["layers"][spec.layer]
            let attended = recorder.selfAttention(
                recorder.rmsNorm(x, layer["input_layernorm"], shape), layer["self_attn"], spec, shape,
                rotary: shape.rotary, bias: attentionBias ? .qkvo : .none)
            x = recorder.add(x, attended, layer["self_attn"])
            let mixed = recorder.emit(
                .moe(recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), mixture(layer["mlp"])),
                name: layer["mlp"].path)
            x = recorder.add(x, mixed, layer["mlp"])
        }
        return recorder.lmHead(x, norm: model["norm"], embedding: model["embed_tokens"], shape)
    }

    private func mixture(_ mlp: WeightScope) -> MixtureOfExperts {
        let (hidden, width, count) = (shape.hiddenSize, experts.width, experts.count)
        func stacked(_ name: String, _ shape: [Int]) -> [WeightRef] {
            (0..<count).map { WeightRef(name: mlp["experts"][name].path, shape: shape).stacked(at: $0, of: count) }
        }
        func matrices(_ name: String, out: Int, in width: Int) -> [WeightRef] {
            stacked(name, [out, width]).map { isTransposed ? $0.transposed : $0 }
        }
        func everyOther(_ weights: [WeightRef], from start: Int) -> [WeightRef] {
            weights.map { $0.rows(start: start, length: 1, stride: 2, count: width) }
        }
        let gateUp = matrices("gate_up_proj", out: 2 * width, in: hidden)
        let gateUpBias = stacked("gate_up_proj_bias", [2 * width])
        return MixtureOfExperts(
            routing: .init(topK: experts.topK, scoring: .softmaxOfChosen, renormalizes: false),
            router: mlp["router"].weight(out: count, in: hidden), routerBias: mlp["router"].bias(count),
            gate: everyOther(gateUp, from: 0), up: everyOther(gateUp, from: 1),
            down: matrices("down_proj", out: hidden, in: width), gateBias: everyOther(gateUpBias, from: 0),
            upBias: everyOther(gateUpBias, from: 1), downBias: stacked("down_proj_bias", [hidden]),
            activation: activation)
    }
}
