internal import MartletJSON

extension GGUFArchitecture {
    /// Qwen 2 and 3, dense and with experts.
    static let qwens: [GGUFArchitecture] = [qwen2, qwen3, qwen2Experts, qwen3Experts]

    private static let qwen2 = GGUFArchitecture(
        name: "qwen2", huggingFaceName: "Qwen2ForCausalLM", modelType: "qwen2", settings: window, adjust: useWindow)

    private static let qwen3 = GGUFArchitecture(
        name: "qwen3", huggingFaceName: "Qwen3ForCausalLM", modelType: "qwen3", settings: window, adjust: useWindow)

    private static let qwen3Experts = GGUFArchitecture(
        name: "qwen3moe", huggingFaceName: "Qwen3MoeForCausalLM", modelType: "qwen3_moe",
        settings: window + experts + [.integer("expert_feed_forward_length", "moe_intermediate_size")],
        // llama.cpp divides the weights of a token's experts by their sum in this architecture.
        constants: ["norm_topk_prob": true], adjust: useWindow)

    private static let qwen2Experts = GGUFArchitecture(
        name: "qwen2moe", huggingFaceName: "Qwen2MoeForCausalLM", modelType: "qwen2_moe",
        biases: [("qkv_bias", ["attn_q", "attn_k", "attn_v"])],
        settings: experts + [
            .integer("expert_feed_forward_length", "moe_intermediate_size"),
            .integer("expert_shared_feed_forward_length", "shared_expert_intermediate_size"),
        ],
        constants: ["norm_topk_prob": false],
        tensors: GGUFTensorNames().replacing([
            "ffn_gate_shexp": "mlp.shared_expert.gate_proj", "ffn_up_shexp": "mlp.shared_expert.up_proj",
            "ffn_down_shexp": "mlp.shared_expert.down_proj", "ffn_gate_inp_shexp": "mlp.shared_expert_gate",
        ]),
        adjust: { config throws(CheckpointError) in
            // Older files say neither width, and then it is that of the tensor.
            if config.json["moe_intermediate_size"] == nil,
                let down = config.model.tensors["blk.0.ffn_down_exps.weight"]
            {
                config.set("moe_intermediate_size", down.shape.last ?? 0)
            }
            if config.json["shared_expert_intermediate_size"] == nil,
                let down = config.model.tensors["blk.0.ffn_down_shexp.weight"]
            {
                config.set("shared_expert_intermediate_size", down.shape.last ?? 0)
            }
        })

    private static let window: [GGUFSetting] = [.integer("attention.sliding_window", "sliding_window")]

    /// What architectures with experts say of them.
    static let experts: [GGUFSetting] = [
        .integer("expert_count", "num_experts"), .integer("expert_used_count", "num_experts_per_tok"),
    ]

    private static let useWindow: @Sendable (inout GGUFConfig) throws(CheckpointError) -> Void = {
        config throws(CheckpointError) in
        guard let window = config.json["sliding_window"]?.intValue else { return }
        if window > 0 { config.json["use_sliding_window"] = true } else { config.json["sliding_window"] = nil }
    }
}
