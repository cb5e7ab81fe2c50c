internal import MartletJSON

extension GGUFArchitecture {
    /// `llama`, which is also Mistral and Mixtral, and what differs from it in names only.
    static let llamas: [GGUFArchitecture] = [mixtral, mistral, llama, mistral3, ministral3, smollm3, seedOss, ernie]

    private static let window = GGUFSetting.integer("attention.sliding_window", "sliding_window")

    private static let llama = GGUFArchitecture(
        name: "llama", huggingFaceName: "LlamaForCausalLM", modelType: "llama", hasInterleavedRotary: true)

    private static let mistral = GGUFArchitecture(
        name: "llama", huggingFaceName: "MistralForCausalLM", modelType: "mistral",
        accepts: { $0.isPositive("llama.attention.sliding_window") }, hasInterleavedRotary: true, settings: [window])

    private static let mixtral = GGUFArchitecture(
        name: "llama", huggingFaceName: "MixtralForCausalLM", modelType: "mixtral",
        accepts: { $0.isPositive("llama.expert_count") }, hasInterleavedRotary: true, biases: [],
        settings: [
            window, .integer("expert_count", "num_local_experts"), .integer("expert_used_count", "num_experts_per_tok"),
        ],
        tensors: mixtralTensors)

    private static var mixtralTensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing(["ffn_gate_inp": "block_sparse_moe.gate"])
        names.experts = GGUFTensorNames.gatedExperts("block_sparse_moe.experts", gate: "w1", up: "w3", down: "w2")
        return names
    }

    /// Without the stretched positions of Ministral 3 it is Mistral without a window.
    private static let mistral3 = GGUFArchitecture(
        name: "mistral3", huggingFaceName: "MistralForCausalLM", modelType: "mistral",
        accepts: { !$0.isPositive("mistral3.rope.scaling.original_context_length") }, hasInterleavedRotary: true,
        biases: [], constants: ["sliding_window": .null])

    private static let ministral3 = GGUFArchitecture(
        name: "mistral3", huggingFaceName: "Ministral3ForCausalLM", modelType: "ministral3", hasInterleavedRotary: true,
        biases: [],
        settings: [.other("rope.scaling.yarn_log_multiplier"), .other("attention.temperature_scale")],
        adjust: { config throws(CheckpointError) in
            var scaling = config.json["rope_scaling"]?.objectValue ?? JSONObject()
            if let multiplier = try config.reader.optionalDouble(config.key("rope.scaling.yarn_log_multiplier")),
                multiplier != 0
            {
                scaling["mscale"] = .double(1)
                scaling["mscale_all_dim"] = .double(multiplier)
            }
            if let scale = try config.reader.optionalDouble(config.key("attention.temperature_scale")), scale != 0 {
                scaling["llama_4_scaling_beta"] = .double(scale)
            }
            config.json["rope_scaling"] = .object(scaling)
        })

    private static let smollm3 = GGUFArchitecture(
        name: "smollm3", huggingFaceName: "SmolLM3ForCausalLM", modelType: "smollm3", hasInterleavedRotary: true,
        constants: ["no_rope_layer_interval": 4])

    private static let seedOss = GGUFArchitecture(
        name: "seed_oss", huggingFaceName: "SeedOssForCausalLM", modelType: "seed_oss",
        biases: [
            ("attention_bias", ["attn_q", "attn_k", "attn_v"]), ("attention_out_bias", ["attn_output"]),
            ("mlp_bias", ["ffn_gate", "ffn_up", "ffn_down"]),
        ],
        tensors: GGUFTensorNames().replacing(["ffn_norm": nil, "post_attention_norm": "post_attention_layernorm"]))

    private static let ernie = GGUFArchitecture(
        name: "ernie4_5", huggingFaceName: "Ernie4_5ForCausalLM", modelType: "ernie4_5", hasInterleavedRotary: true,
        biases: [("use_bias", ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"])])
}

extension GGUFModel {
    /// Whether a metadata key is a positive number.
    func isPositive(_ key: String) -> Bool { (main[key]?.doubleValue ?? 0) > 0 }
}
