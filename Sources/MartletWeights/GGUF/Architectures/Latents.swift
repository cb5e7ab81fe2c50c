internal import MartletJSON

extension GGUFArchitecture {
    /// DeepSeek V2 and V3 and what has their attention.
    static let latents: [GGUFArchitecture] = [deepseekV3, deepseekV2]

    private static let deepseekV3 = deepseek(
        name: "DeepseekV3ForCausalLM", modelType: "deepseek_v3",
        constants: ["scoring_func": "sigmoid", "topk_method": "noaux_tc", "rope_interleave": true],
        accepts: { $0.main["deepseek2.expert_gating_func"]?.intValue == 2 || $0.hasLayerTensor("exp_probs_b.bias") })

    private static let deepseekV2 = deepseek(
        name: "DeepseekV2ForCausalLM", modelType: "deepseek_v2", constants: ["scoring_func": "softmax"])

    private static func deepseek(
        name: String, modelType: String, constants: KeyValuePairs<String, JSONValue>,
        accepts: @escaping @Sendable (GGUFModel) -> Bool = { _ in true }
    ) -> GGUFArchitecture {
        let isThird = modelType == "deepseek_v3"
        return GGUFArchitecture(
            name: "deepseek2", huggingFaceName: name, modelType: modelType, accepts: accepts,
            biases: [("attention_bias", ["attn_q_a", "attn_kv_a_mqa", "attn_output"])], hasPlainHeads: false,
            hasPredictionLayers: true,
            settings: routedExperts + [
                .integer("attention.q_lora_rank", "q_lora_rank"), .integer("attention.kv_lora_rank", "kv_lora_rank"),
                .other("attention.key_length_mla"), .other("attention.value_length_mla"),
                .other("rope.scaling.yarn_log_multiplier"), .other("nextn_predict_layers"),
            ],
            constants: constants, tensors: tensors,
            adjust: { config throws(CheckpointError) in
                try config.addLatentHeads()
                try config.addLatentScaling()
                guard !isThird else { return }
                // This family never divides by the sum.
                try config.expect("expert_weights_norm", false)
                try config.expect("expert_gating_func", 1)
                let groups = config.json["n_group"]?.intValue ?? 1
                config.json["topk_method"] = groups > 1 ? "group_limited_greedy" : "greedy"
            })
    }

    private static var tensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing(sharedExperts).replacing([
            "attn_q_a": "self_attn.q_a_proj", "attn_q_a_norm": "self_attn.q_a_layernorm",
            "attn_q_b": "self_attn.q_b_proj", "attn_kv_a_mqa": "self_attn.kv_a_proj_with_mqa",
            "attn_kv_a_norm": "self_attn.kv_a_layernorm", "attn_kv_b": "self_attn.kv_b_proj",
        ])
        names.whole = ["exp_probs_b.bias": "mlp.gate.e_score_correction_bias"]
        names.rearranged = ["self_attn.kv_b_proj.weight": .latent(key: "attn_k_b.weight", value: "attn_v_b.weight")]
        return names
    }
}

extension GGUFConfig {
    /// The widths of a head. Files that keep keys and values of a head apart have them under names of their own, because
    /// `key_length` is that of the latent row then.
    fileprivate mutating func addLatentHeads() throws(CheckpointError) {
        let rope = try reader.int(key("rope.dimension_count"))
        let keyName = key("attention.key_length_mla")
        let keyLength: Int
        let valueLength: Int
        if let length = try reader.optionalInt(keyName) {
            keyLength = length
            valueLength = try reader.int(key("attention.value_length_mla"))
        } else {
            keyLength = try reader.int(key("attention.key_length"))
            valueLength = try reader.int(key("attention.value_length"))
        }
        guard rope > 0, keyLength > rope else {
            throw reader.error(keyName, "expected more than the \(rope) rotated dimensions, found \(keyLength)")
        }
        set("qk_rope_head_dim", rope)
        set("qk_nope_head_dim", keyLength - rope)
        set("v_head_dim", valueLength)
        // Without a key of its own, queries are projected directly.
        if json["q_lora_rank"] == nil { json["q_lora_rank"] = .null }
    }

    /// The factor on attention scores that comes with stretched positions; files have a tenth of it.
    fileprivate mutating func addLatentScaling() throws(CheckpointError) {
        guard let tenth = try reader.optionalDouble(key("rope.scaling.yarn_log_multiplier")), tenth != 0,
            var scaling = json["rope_scaling"]?.objectValue
        else { return }
        scaling["mscale"] = .double(tenth * 10)
        scaling["mscale_all_dim"] = .double(tenth * 10)
        json["rope_scaling"] = .object(scaling)
    }
}
