internal import MartletModelIR

/// What the configuration classes of GPT-2 and GPT-J have in common.
enum GPTKeys {
    /// **Source** transformers `GPT2Config.attribute_map`; `n_inner` is only read under that name.
    static let spellings = [
        "hidden_size": "n_embd", "num_hidden_layers": "n_layer", "num_attention_heads": "n_head",
        "max_position_embeddings": "n_positions", "intermediate_size": "n_inner",
    ]

    /// Heads are slices of the hidden size there, one key head per query head.
    static func refuseOtherShapes(_ config: ModelConfig, _ shape: DecoderShape) throws(ModelError) {
        // The head of another task.
        _ = config.present("summary_activation")
        guard shape.numKeyValueHeads == shape.numAttentionHeads else {
            throw config.error(
                "num_key_value_heads", "expected \(shape.numAttentionHeads), found \(shape.numKeyValueHeads)")
        }
        try shape.refuseOtherHeadDim(config)
    }
}

extension DecoderShape {
    /// For families whose heads are slices of the hidden size.
    func refuseOtherHeadDim(_ config: ModelConfig) throws(ModelError) {
        guard hiddenSize % numAttentionHeads == 0 else {
            throw config.error("hidden_size", "\(hiddenSize) is no multiple of \(numAttentionHeads) heads")
        }
        guard headDim * numAttentionHeads == hiddenSize else {
            throw config.error(
                "head_dim",
                "expected hidden_size / num_attention_heads of \(hiddenSize) / \(numAttentionHeads), "
                    + "found \(headDim)")
        }
    }
}
