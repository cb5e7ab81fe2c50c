internal import MartletJSON

extension GGUFArchitecture {
    /// Gemma 1 to 3. The converter adds the one to the norms' factors that Gemma adds when it runs.
    static let gemmas: [GGUFArchitecture] = [
        GGUFArchitecture(
            name: "gemma", huggingFaceName: "GemmaForCausalLM", modelType: "gemma",
            activation: ("hidden_act", "gelu_pytorch_tanh"), biases: attentionBias, tensors: names(GGUFTensorNames())),
        GGUFArchitecture(
            name: "gemma2", huggingFaceName: "Gemma2ForCausalLM", modelType: "gemma2", activation: activation,
            biases: attentionBias,
            settings: [
                .integer("attention.sliding_window", "sliding_window", default: 4096),
                .number("attn_logit_softcapping", "attn_logit_softcapping", default: 50.0),
                .number("final_logit_softcapping", "final_logit_softcapping", default: 30.0),
                .other("attention.sliding_window_pattern"),
            ],
            tensors: names(fourNorms),
            adjust: { config throws(CheckpointError) in
                config.addScale(isLargest: config.numHiddenLayers == 46)
                try config.addLayerTypes(windowEvery: 2)
            }),
        GGUFArchitecture(
            name: "gemma3", huggingFaceName: "Gemma3ForCausalLM", modelType: "gemma3_text", activation: activation,
            biases: attentionBias,
            settings: [
                .other("attention.sliding_window"), .other("attention.sliding_window_pattern"),
                .number("rope.freq_base_swa", "rope_local_base_freq", default: 10_000.0),
                .number("final_logit_softcapping", "final_logit_softcapping"),
            ],
            tensors: names(fourNorms),
            adjust: { config throws(CheckpointError) in
                config.addScale(isLargest: config.numHiddenLayers == 62)
                try config.addOptionalWindow(every: 6)
                if config.json["layer_types"] == nil {
                    config.json["layer_types"] = .array(
                        [JSONValue](repeating: "full_attention", count: max(0, min(config.numHiddenLayers, 65_536))))
                }
                if config.json["final_logit_softcapping"]?.doubleValue == 0 {
                    config.json["final_logit_softcapping"] = .null
                }
            }),
    ]

    private static let activation = (key: "hidden_activation", value: "gelu_pytorch_tanh")
    private static let attentionBias = [
        (configKey: "attention_bias", modules: ["attn_q", "attn_k", "attn_v", "attn_output"])
    ]

    private static let fourNorms = GGUFTensorNames().replacing([
        "ffn_norm": "pre_feedforward_layernorm", "post_attention_norm": "post_attention_layernorm",
        "post_ffw_norm": "post_feedforward_layernorm",
    ])

    private static func names(_ names: GGUFTensorNames) -> GGUFTensorNames {
        var names = names
        names.derivations = [("norm.weight", .lessOne)]
        return names
    }
}

extension GGUFConfig {
    /// Files do not have the scale: it follows from the width of a head, and in the largest model of a generation from
    /// the hidden size.
    fileprivate mutating func addScale(isLargest: Bool) {
        let headDim = json["head_dim"]?.intValue ?? 1
        let (hidden, heads) = (json["hidden_size"]?.intValue ?? 1, json["num_attention_heads"]?.intValue ?? 1)
        set("query_pre_attn_scalar", isLargest ? hidden / heads : headDim)
    }
}
