internal import MartletJSON

extension GGUFArchitecture {
    /// GPT-2 and models of its kind.
    static let gpts: [GGUFArchitecture] = [gpt2, gptNeoX, falconTwoNorms, falcon, phi2]

    private static let gpt2 = GGUFArchitecture(
        name: "gpt2", huggingFaceName: "GPT2LMHeadModel", modelType: "gpt2",
        normEps: ("attention.layer_norm_epsilon", "layer_norm_epsilon"),
        activation: ("activation_function", "gelu_new"), biases: [], isRotary: false, tensors: gpt2Tensors)

    private static var gpt2Tensors: GGUFTensorNames {
        var names = GGUFTensorNames().placing(
            embedding: "transformer.wte", norm: "transformer.ln_f", layers: "transformer.h")
        names.globals["position_embd.weight"] = "transformer.wpe.weight"
        names.modules = [
            "attn_norm": "ln_1", "ffn_norm": "ln_2", "attn_qkv": "attn.c_attn", "attn_output": "attn.c_proj",
            "ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj",
        ]
        for module in ["attn_qkv", "attn_output", "ffn_up", "ffn_down"] {
            guard let path = names.modules[module] else { continue }
            names.rearranged["\(path).weight"] = .transposed("\(module).weight")
        }
        return names
    }

    private static let gptNeoX = GGUFArchitecture(
        name: "gptneox", huggingFaceName: "GPTNeoXForCausalLM", modelType: "gpt_neox",
        normEps: ("attention.layer_norm_epsilon", "layer_norm_eps"), activation: ("hidden_act", "gelu"),
        biases: [("attention_bias", ["attn_qkv"])], statesPartialRotary: true,
        settings: [.flag("use_parallel_residual", "use_parallel_residual")], tensors: gptNeoXTensors)

    private static var gptNeoXTensors: GGUFTensorNames {
        var names = GGUFTensorNames().placing(
            embedding: "gpt_neox.embed_in", norm: "gpt_neox.final_layer_norm", layers: "gpt_neox.layers")
        names.modules = [
            "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_output": "attention.dense",
            "ffn_up": "mlp.dense_h_to_4h", "ffn_down": "mlp.dense_4h_to_h",
        ]
        names.rearranged = fusedByHead("attention.query_key_value")
        return names
    }

    private static func fusedByHead(_ path: String) -> [String: GGUFRearrangement] {
        ["\(path).weight": .ungrouped("attn_qkv.weight"), "\(path).bias": .ungrouped("attn_qkv.bias")]
    }

    private static let falcon = falcon(norms: ["attn_norm": "input_layernorm"])

    private static let falconTwoNorms = falcon(
        norms: ["attn_norm": "ln_mlp", "attn_norm_2": "ln_attn"],
        accepts: { $0.hasLayerTensor("attn_norm_2.weight") })

    /// One key head is a special case of the new architecture, whose files say how many there are.
    private static func falcon(
        norms: [String: String], accepts: @escaping @Sendable (GGUFModel) -> Bool = { _ in true }
    ) -> GGUFArchitecture {
        var names = GGUFTensorNames().placing(
            embedding: "transformer.word_embeddings", norm: "transformer.ln_f", layers: "transformer.h")
        names.modules = [
            "attn_output": "self_attention.dense", "ffn_up": "mlp.dense_h_to_4h", "ffn_down": "mlp.dense_4h_to_h",
        ].merging(norms) { $1 }
        names.rearranged = fusedByHead("self_attention.query_key_value")
        return GGUFArchitecture(
            name: "falcon", huggingFaceName: "FalconForCausalLM", modelType: "falcon", accepts: accepts,
            normEps: ("attention.layer_norm_epsilon", "layer_norm_epsilon"), activation: ("activation", "gelu"),
            biases: [("bias", ["attn_qkv", "attn_output", "ffn_up", "ffn_down"])], guessesFeedForwardLength: true,
            constants: [
                "new_decoder_architecture": true, "num_ln_in_parallel_attn": .integer(Int64(norms.count)),
            ],
            tensors: names)
    }

    private static let phi2 = GGUFArchitecture(
        name: "phi2", huggingFaceName: "PhiForCausalLM", modelType: "phi",
        normEps: ("attention.layer_norm_epsilon", "layer_norm_eps"), activation: ("hidden_act", "gelu_new"), biases: [],
        statesPartialRotary: true, guessesFeedForwardLength: true,
        tensors: GGUFTensorNames().placing(
            embedding: "model.embed_tokens", norm: "model.final_layernorm", layers: "model.layers"
        ).replacing([
            "ffn_gate": nil, "ffn_norm": nil, "attn_output": "self_attn.dense", "ffn_up": "mlp.fc1",
            "ffn_down": "mlp.fc2",
        ]),
        adjust: { config throws(CheckpointError) in
            // The converter of the first Hugging Face files counted one key head per query head, whatever there was.
            guard let key = config.model.tensors["blk.0.attn_k.weight"]?.shape.first,
                let headDim = config.json["head_dim"]?.intValue, headDim > 0
            else { return }
            config.set("num_key_value_heads", key / headDim)
        })
}
