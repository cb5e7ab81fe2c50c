internal import MartletJSON

extension GGUFArchitecture {
    /// Decoders with experts, beside those of Qwen, Mixtral and DeepSeek.
    static let expertModels: [GGUFArchitecture] = [
        gptOss, olmoe, graniteShared, graniteExperts, glm4Experts, ernieExperts, minimax,
    ]

    private static let gptOss = GGUFArchitecture(
        name: "gpt-oss", huggingFaceName: "GptOssForCausalLM", modelType: "gpt_oss",
        biases: [("attention_bias", ["attn_q", "attn_k", "attn_v", "attn_output"])],
        settings: [
            .integer("expert_count", "num_local_experts"), .integer("expert_used_count", "num_experts_per_tok"),
            .integer("expert_feed_forward_length", "intermediate_size"),
            .integer("attention.sliding_window", "sliding_window"), .other("attention.sliding_window_pattern"),
        ],
        tensors: gptOssTensors,
        adjust: { config throws(CheckpointError) in
            try config.addLayerTypes(windowEvery: 2)
            // What the model was trained with, in spite of llama.cpp, which rounds the two ends.
            var scaling = config.json["rope_scaling"]?.objectValue ?? JSONObject()
            if scaling.isEmpty { scaling["rope_type"] = "default" }
            if scaling["rope_type"] == "yarn" { scaling["truncate"] = .bool(false) }
            config.json["rope_scaling"] = .object(scaling)
        })

    private static var gptOssTensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing([
            "ffn_norm": nil, "post_attention_norm": "post_attention_layernorm", "ffn_gate_inp": "mlp.router",
        ])
        names.whole = [
            "attn_sinks.weight": "self_attn.sinks", "ffn_down_exps.bias": "mlp.experts.down_proj_bias",
        ]
        names.rearranged = [
            "mlp.experts.gate_up_proj": .halves(first: "ffn_gate_exps.weight", second: "ffn_up_exps.weight"),
            "mlp.experts.gate_up_proj_bias": .halves(first: "ffn_gate_exps.bias", second: "ffn_up_exps.bias"),
            "mlp.experts.down_proj": .transposed("ffn_down_exps.weight"),
        ]
        return names
    }

    private static let olmoe = GGUFArchitecture(
        name: "olmoe", huggingFaceName: "OlmoeForCausalLM", modelType: "olmoe",
        biases: [("attention_bias", ["attn_q", "attn_k", "attn_v", "attn_output"])],
        settings: experts + [.number("attention.clamp_kqv", "clip_qkv")], constants: ["norm_topk_prob": false],
        adjust: { config throws(CheckpointError) in
            if config.json["clip_qkv"]?.doubleValue == 0 { config.json["clip_qkv"] = nil }
        })

    private static let graniteExperts = granite(name: "GraniteMoeForCausalLM", modelType: "granitemoe", shared: [])

    private static let graniteShared = granite(
        name: "GraniteMoeSharedForCausalLM", modelType: "granitemoeshared",
        shared: [.integer("expert_shared_feed_forward_length", "shared_intermediate_size")],
        accepts: { $0.isPositive("granitemoe.expert_shared_feed_forward_length") })

    private static func granite(
        name: String, modelType: String, shared: [GGUFSetting],
        accepts: @escaping @Sendable (GGUFModel) -> Bool = { _ in true }
    ) -> GGUFArchitecture {
        GGUFArchitecture(
            name: "granitemoe", huggingFaceName: name, modelType: modelType, accepts: accepts,
            hasInterleavedRotary: true,
            biases: [("attention_bias", ["attn_q", "attn_k", "attn_v", "attn_output"])],
            settings: graniteFactors + shared + [
                .integer("expert_count", "num_local_experts"), .integer("expert_used_count", "num_experts_per_tok"),
            ],
            tensors: graniteTensors, adjust: graniteDefaults)
    }

    private static var graniteTensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing([
            "ffn_gate_inp": "block_sparse_moe.router.layer", "ffn_down_shexp": "shared_mlp.output_linear",
        ])
        names.whole = ["ffn_down_exps.weight": "block_sparse_moe.output_linear.weight"]
        names.rearranged = [
            "block_sparse_moe.input_linear.weight": .halves(
                first: "ffn_gate_exps.weight", second: "ffn_up_exps.weight"),
            "shared_mlp.input_linear.weight": .halves(
                first: "ffn_gate_shexp.weight", second: "ffn_up_shexp.weight"),
        ]
        return names
    }

    /// Modules of experts that all tokens share.
    static let sharedExperts: [String: String?] = [
        "ffn_gate_shexp": "mlp.shared_experts.gate_proj", "ffn_up_shexp": "mlp.shared_experts.up_proj",
        "ffn_down_shexp": "mlp.shared_experts.down_proj",
    ]

    /// How DeepSeek and its relatives say which experts there are.
    static let routedExperts: [GGUFSetting] = [
        .integer("expert_count", "n_routed_experts"), .integer("expert_used_count", "num_experts_per_tok"),
        .integer("expert_group_count", "n_group", default: 1),
        .integer("expert_group_used_count", "topk_group", default: 1),
        .integer("expert_feed_forward_length", "moe_intermediate_size"),
        .integer("expert_shared_count", "n_shared_experts"),
        .integer("leading_dense_block_count", "first_k_dense_replace", default: 0),
        .number("expert_weights_scale", "routed_scaling_factor", default: 1.0),
        .flag("expert_weights_norm", "norm_topk_prob", default: false), .other("expert_gating_func"),
    ]

    private static let glm4Experts = GGUFArchitecture(
        name: "glm4moe", huggingFaceName: "Glm4MoeForCausalLM", modelType: "glm4_moe",
        biases: [("attention_bias", ["attn_q", "attn_k", "attn_v"])], statesPartialRotary: true,
        hasPredictionLayers: true, settings: routedExperts + [.other("nextn_predict_layers")],
        tensors: correctedTensors,
        adjust: { config throws(CheckpointError) in
            try config.expect("expert_gating_func", 2)
            config.json["use_qk_norm"] = .bool(config.model.hasLayerTensor("attn_q_norm.weight"))
        })

    private static var correctedTensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing(sharedExperts).replacing([
            "ffn_norm": nil, "post_attention_norm": "post_attention_layernorm",
        ])
        names.whole = ["exp_probs_b.bias": "mlp.gate.e_score_correction_bias"]
        return names
    }

    private static let ernieExperts = GGUFArchitecture(
        name: "ernie4_5-moe", huggingFaceName: "Ernie4_5_MoeForCausalLM", modelType: "ernie4_5_moe",
        hasInterleavedRotary: true,
        biases: [("use_bias", ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"])],
        settings: [
            .integer("expert_count", "moe_num_experts"), .integer("expert_used_count", "moe_k"),
            .integer("expert_feed_forward_length", "moe_intermediate_size"),
            .integer("interleave_moe_layer_step", "moe_layer_interval", default: 1),
            .integer("leading_dense_block_count", "moe_layer_start_index", default: 0),
            .other("expert_shared_count"), .other("expert_shared_feed_forward_length"),
        ],
        tensors: ernieTensors,
        adjust: { config throws(CheckpointError) in
            // The converter's width of the shared experts is not always right; their tensor's is.
            let shared = config.model.tensors.values.first { $0.name.hasSuffix(".ffn_gate_shexp.weight") }
            let width = max(config.json["moe_intermediate_size"]?.intValue ?? 1, 1)
            config.set("moe_num_shared_experts", (shared?.shape.first ?? 0) / width)
        })

    private static var ernieTensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing(sharedExperts)
        names.whole = ["exp_probs_b.bias": "mlp.moe_statics.e_score_correction_bias"]
        return names
    }

    private static let minimax = GGUFArchitecture(
        name: "minimax-m2", huggingFaceName: "MiniMaxM2ForCausalLM", modelType: "minimax_m2", biases: [],
        settings: [
            .integer("expert_count", "num_local_experts"), .integer("expert_used_count", "num_experts_per_tok"),
            .integer("expert_feed_forward_length", "intermediate_size"), .other("expert_gating_func"),
        ],
        tensors: minimaxTensors,
        adjust: { config throws(CheckpointError) in
            try config.expect("expert_gating_func", 2)
            config.json["use_routing_bias"] = .bool(config.model.hasLayerTensor("exp_probs_b.bias"))
        })

    private static var minimaxTensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing(["ffn_gate_inp": "block_sparse_moe.gate"])
        names.experts = GGUFTensorNames.gatedExperts("block_sparse_moe.experts", gate: "w1", up: "w3", down: "w2")
        names.whole = ["exp_probs_b.bias": "block_sparse_moe.e_score_correction_bias"]
        return names
    }
}
