internal import MartletJSON

extension ModelConfig {
    /// Refuses keys that would change the numbers and that the architecture did not read.
    ///
    /// A configuration carries much that has no part in inference. What was neither read, nor is known to be without
    /// effect, nor switched off (null, false, zero, empty), and whose name speaks of the network, is refused:
    /// a wrong answer costs more than a message. `ModelRegistry` calls it after the architecture's `init`.
    public func refuseUnreadNumerics() throws(ModelError) {
        let readKeys = readKeys
        for (key, value) in json {
            if readKeys.contains(key) || Self.inertKeys.contains(key) { continue }
            // Dropout belongs to training, whatever it drops.
            if key.contains("dropout") { continue }
            if isSwitchedOff(key, value) { continue }
            guard Self.telltales.contains(where: key.contains) else { continue }
            throw error(
                key, "\(JSONWriter.string(value)) is not supported by this architecture; remove it if it has no effect")
        }
    }

    private func isSwitchedOff(_ key: String, _ value: JSONValue) -> Bool {
        // Factors are neutral at one, not at zero.
        if Self.neutralAtOne.contains(key) { return value.doubleValue == 1 }
        return switch value {
        case .null, .bool(false), .integer(0), .double(0): true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .integer, .longInteger, .double, .string: false
        }
    }

    /// Known to have no effect on inference though the name sounds like it.
    private static let inertKeys: Set<String> = [
        "architectures", "attention_dropout", "embd_pdrop", "resid_pdrop", "hidden_dropout", "attn_implementation",
        "_attn_implementation", "_attn_implementation_autoset", "_flash_attn_2_enabled", "use_flash_attn",
        "output_attentions", "pretraining_tp", "residual_dropout", "keys_to_ignore_at_inference", "attn_pdrop",
        // Read only beside use_sliding_window or by families with windows; on their own they do nothing.
        "max_window_layers", "problem_type", "num_labels", "pruned_heads", "chunk_size_feed_forward",
        "tie_encoder_decoder", "transformers.js_config",
        // Of the training of mixtures of experts.
        "output_router_logits", "router_aux_loss_coef", "router_jitter_noise", "router_z_loss_coef",
        // Read by what follows the hidden states.
        "sbert_ce_default_activation_function",
    ]

    private static let neutralAtOne: Set<String> = [
        "logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier", "scale_emb",
        "lm_head_multiplier",
    ]

    /// Parts of names that speak of the network's arithmetic.
    private static let telltales = [
        "softcap", "multiplier", "scal", "norm", "quant", "expert", "moe", "router", "window", "chunk", "attn",
        "attention", "rope", "rotary", "bias", "alibi", "clip", "lora", "sparse", "sink", "embed", "activation",
        "act_fn", "logit", "residual", "conv", "ssm", "layer", "head", "position", "hidden", "vision", "audio",
        "mscale",
        "compress", "latent", "memory", "mtp", "_rank", "text_config",
    ]
}
