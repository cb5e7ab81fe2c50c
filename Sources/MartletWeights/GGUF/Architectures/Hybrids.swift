internal import MartletJSON

extension GGUFArchitecture {
    /// LFM2, whose layers have attention or a short convolution, and Apertus, whose activation is learned.
    static let hybrids: [GGUFArchitecture] = [lfm2, lfm2Experts, apertus]

    private static let lfm2 = GGUFArchitecture(
        name: "lfm2", huggingFaceName: "Lfm2ForCausalLM", modelType: "lfm2", normEps: lfm2Eps,
        activation: nil, biases: [("conv_bias", ["shortconv.in_proj", "shortconv.conv"])],
        otherLayerType: "conv", settings: [.integer("shortconv.l_cache", "conv_L_cache")],
        constants: ["block_auto_adjust_ff_dim": false], tensors: lfm2Tensors)

    private static let lfm2Experts = GGUFArchitecture(
        name: "lfm2moe", huggingFaceName: "Lfm2MoeForCausalLM", modelType: "lfm2_moe", normEps: lfm2Eps,
        activation: nil, biases: [("conv_bias", ["shortconv.in_proj", "shortconv.conv"])],
        otherLayerType: "conv",
        settings: experts + [
            .integer("shortconv.l_cache", "conv_L_cache"),
            .integer("expert_feed_forward_length", "moe_intermediate_size"),
            .integer("leading_dense_block_count", "num_dense_layers", default: 0), .other("expert_gating_func"),
        ],
        constants: ["norm_topk_prob": true], tensors: lfm2Tensors,
        adjust: { config throws(CheckpointError) in
            try config.expect("expert_gating_func", 2)
            config.json["use_expert_bias"] = .bool(config.model.hasLayerTensor("exp_probs_b.bias"))
        })

    private static let lfm2Eps = (key: "attention.layer_norm_rms_epsilon", configKey: "norm_eps")

    private static var lfm2Tensors: GGUFTensorNames {
        var names = GGUFTensorNames().replacing([
            "attn_norm": "operator_norm", "ffn_norm": "ffn_norm", "attn_q_norm": "self_attn.q_layernorm",
            "attn_k_norm": "self_attn.k_layernorm", "attn_output": "self_attn.out_proj",
            "ffn_gate": "feed_forward.w1", "ffn_up": "feed_forward.w3", "ffn_down": "feed_forward.w2",
            "ffn_gate_inp": "feed_forward.gate",
        ])
        // The norm of the last layer's output carries the name of the embedding's in older files.
        names.globals["token_embd_norm.weight"] = "model.embedding_norm.weight"
        names.globals["output_norm.weight"] = "model.embedding_norm.weight"
        names.experts = GGUFTensorNames.gatedExperts("feed_forward.experts", gate: "w1", up: "w3", down: "w2")
        names.whole = ["exp_probs_b.bias": "feed_forward.expert_bias"]
        for module in ["conv", "in_proj", "out_proj"] {
            for ending in ["weight", "bias"] {
                names.whole["shortconv.\(module).\(ending)"] = "conv.\(module).\(ending)"
            }
        }
        return names
    }

    private static let apertus = GGUFArchitecture(
        name: "apertus", huggingFaceName: "ApertusForCausalLM", modelType: "apertus",
        activation: ("hidden_act", "xielu"),
        biases: [("attention_bias", ["attn_q", "attn_k", "attn_v", "attn_output"])],

        tensors: GGUFTensorNames().replacing([
            "attn_norm": "attention_layernorm", "ffn_norm": "feedforward_layernorm", "ffn_gate": nil,
        ]),
        weightsInMetadata: { model throws(CheckpointError) in
            var weights: [(name: String, values: [Float])] = []
            for name in ["alpha_n", "alpha_p"] {
                let key = "xielu.\(name)"
                guard let values = try model.reader.array(key, "32-bit floats", { $0.floats }) else {
                    throw model.reader.error(key, "is missing")
                }
                for (layer, value) in values.enumerated() {
                    weights.append(("model.layers.\(layer).mlp.act_fn.\(name)", [value]))
                }
            }
            return weights
        },
        adjust: { config throws(CheckpointError) in
            for (name, accepted) in [("beta", Float(0.5)), ("eps", -1e-6)] {
                let key = "xielu.\(name)"
                let values = try config.reader.array(key, "32-bit floats", { $0.floats }) ?? []
                guard values.allSatisfy({ abs($0 - accepted) <= abs(accepted) * 1e-4 }) else {
                    throw config.reader.unsupported(key, "is not supported; supported: \(accepted)")
                }
            }
            if config.json["rope_scaling"] == nil { config.json["rope_scaling"] = ["rope_type": "default"] }
        })
}
