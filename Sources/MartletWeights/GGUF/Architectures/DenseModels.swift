internal import MartletJSON

extension GGUFArchitecture {
    /// Dense decoders with norms, projections or numbers of their own.
    static let denseModels: [GGUFArchitecture] = [
        phi3, olmo, olmo3, olmo2, granite, glm4, commandR, cohere2, exaone4, stablelm, starcoder2, nemotron,
    ]

    private static let fusedGateUp = GGUFTensorNames().replacing([
        "ffn_up": "mlp.gate_up_proj", "ffn_gate": nil, "attn_qkv": "self_attn.qkv_proj",
    ])

    private static let phi3 = GGUFArchitecture(
        name: "phi3", huggingFaceName: "Phi3ForCausalLM", modelType: "phi3", biases: [],
        settings: [.integer("attention.sliding_window", "sliding_window")], tensors: fusedGateUp,
        adjust: { config throws(CheckpointError) in
            if config.json["sliding_window"]?.intValue == 0 { config.json["sliding_window"] = .null }
            // The length of the pretraining, which this family has outside of the scaling.
            config.json["original_max_position_embeddings"] =
                config.json["rope_scaling"]?["original_max_position_embeddings"]
        })

    private static let layerNorm = (key: "attention.layer_norm_epsilon", configKey: "layer_norm_eps")

    private static let olmo = GGUFArchitecture(
        name: "olmo", huggingFaceName: "OlmoForCausalLM", modelType: "olmo", hasInterleavedRotary: true,
        normEps: layerNorm, biases: [],
        settings: [.number("attention.clamp_kqv", "clip_qkv")],
        adjust: { config throws(CheckpointError) in
            // The family has no such key: the epsilon is a constant.
            guard let eps = config.json["layer_norm_eps"]?.doubleValue, abs(eps - 1e-5) < 1e-8 else {
                throw config.reader.unsupported(
                    config.key("attention.layer_norm_epsilon"), "is not supported; supported: 0.00001")
            }
            config.json["layer_norm_eps"] = nil
            if config.json["clip_qkv"]?.doubleValue == 0 { config.json["clip_qkv"] = nil }
        })

    private static let olmoNorms = GGUFTensorNames().replacing([
        "attn_norm": nil, "ffn_norm": nil, "post_attention_norm": "post_attention_layernorm",
        "post_ffw_norm": "post_feedforward_layernorm",
    ])

    private static let olmo2 = GGUFArchitecture(
        name: "olmo2", huggingFaceName: "Olmo2ForCausalLM", modelType: "olmo2", tensors: olmoNorms)

    private static let olmo3 = GGUFArchitecture(
        name: "olmo2", huggingFaceName: "Olmo3ForCausalLM", modelType: "olmo3",
        accepts: { $0.isPositive("olmo2.attention.sliding_window") },
        settings: [
            .other("attention.sliding_window"), .other("attention.sliding_window_pattern"),
            .other("rope.freq_base_swa"),
        ],
        tensors: olmoNorms,
        adjust: { config throws(CheckpointError) in
            try config.addOptionalWindow(every: 4)
            // Layers with a window rotate as without scaling.
            let theta = config.json["rope_theta"] ?? 10_000.0
            let sliding = try config.reader.optionalDouble(config.key("rope.freq_base_swa")).map {
                JSONValue.double($0)
            }
            var full = config.json["rope_scaling"]?.objectValue ?? JSONObject()
            if full.isEmpty { full["rope_type"] = "default" }
            full["rope_theta"] = theta
            config.json["rope_parameters"] = [
                "full_attention": .object(full),
                "sliding_attention": ["rope_type": "default", "rope_theta": sliding ?? theta],
            ]
            config.json["rope_scaling"] = nil
        })

    /// The factors of Granite.
    static let graniteFactors: [GGUFSetting] = [
        .number("embedding_scale", "embedding_multiplier"), .number("residual_scale", "residual_multiplier"),
        .number("logit_scale", "logits_scaling"), .number("attention.scale", "attention_multiplier"),
    ]

    private static let granite = GGUFArchitecture(
        name: "granite", huggingFaceName: "GraniteForCausalLM", modelType: "granite", hasInterleavedRotary: true,
        settings: graniteFactors, adjust: graniteDefaults)

    /// An absent or zero factor is none, and an absent scale that of other models.
    static let graniteDefaults: @Sendable (inout GGUFConfig) throws(CheckpointError) -> Void = {
        config throws(CheckpointError) in
        for key in ["embedding_multiplier", "residual_multiplier", "logits_scaling", "attention_multiplier"]
        where config.json[key]?.doubleValue == 0 {
            config.json[key] = nil
        }
        if config.json["attention_multiplier"] == nil {
            let headDim = max(config.json["head_dim"]?.intValue ?? 1, 1)
            config.json["attention_multiplier"] = .double(1 / Double(headDim).squareRoot())
        }
    }

    private static let glm4 = GGUFArchitecture(
        name: "glm4", huggingFaceName: "Glm4ForCausalLM", modelType: "glm4", hasInterleavedRotary: true,
        biases: [("attention_bias", ["attn_q", "attn_k", "attn_v"])], statesPartialRotary: true,
        tensors: fusedGateUp.replacing([
            "post_attention_norm": "post_self_attn_layernorm", "post_ffw_norm": "post_mlp_layernorm",
        ]))

    private static let commandR = GGUFArchitecture(
        name: "command-r", huggingFaceName: "CohereForCausalLM", modelType: "cohere", hasInterleavedRotary: true,
        normEps: layerNorm, biases: [("attention_bias", ["attn_q", "attn_k", "attn_v", "attn_output"])],
        settings: [.number("logit_scale", "logit_scale", default: 1.0)],
        adjust: { config throws(CheckpointError) in
            config.json["use_qk_norm"] = .bool(config.model.hasLayerTensor("attn_q_norm.weight"))
        })

    private static let cohere2 = GGUFArchitecture(
        name: "cohere2", huggingFaceName: "Cohere2ForCausalLM", modelType: "cohere2", hasInterleavedRotary: true,
        normEps: layerNorm, biases: [("attention_bias", ["attn_q", "attn_k", "attn_v", "attn_output"])],
        settings: [
            .number("logit_scale", "logit_scale", default: 1.0), .integer("attention.sliding_window", "sliding_window"),
            .other("attention.sliding_window_pattern"),
        ],
        adjust: { config throws(CheckpointError) in try config.addLayerTypes(windowEvery: 4) })

    private static let exaone4 = GGUFArchitecture(
        name: "exaone4", huggingFaceName: "Exaone4ForCausalLM", modelType: "exaone4", biases: [],
        settings: [.other("attention.sliding_window"), .other("attention.sliding_window_pattern")],
        tensors: olmoNorms,
        adjust: { config throws(CheckpointError) in try config.addOptionalWindow(every: 4) })

    private static let stablelm = GGUFArchitecture(
        name: "stablelm", huggingFaceName: "StableLmForCausalLM", modelType: "stablelm", normEps: layerNorm,
        biases: [("use_qkv_bias", ["attn_q", "attn_k", "attn_v"])], statesPartialRotary: true,
        // llama.cpp goes by the norm before the MLP, not by the key.
        settings: [.other("use_parallel_residual")],
        tensors: stablelmTensors,
        adjust: { config throws(CheckpointError) in
            config.json["use_parallel_residual"] = .bool(!config.model.hasLayerTensor("ffn_norm.weight"))
            config.json["qk_layernorm"] = .bool(config.model.hasLayerTensor("attn_q_norm.weight"))
        })

    private static var stablelmTensors: GGUFTensorNames {
        var names = GGUFTensorNames()
        names.headNorms = ["attn_q_norm": "self_attn.q_layernorm.norms", "attn_k_norm": "self_attn.k_layernorm.norms"]
        return names
    }

    private static let starcoder2 = GGUFArchitecture(
        name: "starcoder2", huggingFaceName: "Starcoder2ForCausalLM", modelType: "starcoder2",
        normEps: ("attention.layer_norm_epsilon", "norm_epsilon"), activation: ("hidden_act", "gelu_pytorch_tanh"),
        biases: [("use_bias", ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down"])],
        // The converter drops the window.
        constants: ["sliding_window": .null],
        tensors: GGUFTensorNames().replacing(["ffn_gate": nil, "ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj"]))

    private static let nemotron = GGUFArchitecture(
        name: "nemotron", huggingFaceName: "NemotronForCausalLM", modelType: "nemotron",
        normEps: ("attention.layer_norm_epsilon", "norm_eps"), activation: ("hidden_act", "relu2"),
        statesPartialRotary: true, settings: [.other("attention.layer_norm_rms_epsilon")], tensors: nemotronTensors)

    private static var nemotronTensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing(["ffn_gate": nil])
        names.derivations = [("norm.weight", .lessOne)]
        return names
    }
}
