/// The names of weights in Mistral's own checkpoints.
///
/// **Source** mistral-inference `transformer_layers.py`, `moe.py`; vLLM `MistralForCausalLM.mistral_mapping`.
enum MistralNames {
    /// The Hugging Face names of the language model's weights, each with the name it is stored under.
    ///
    /// What has no name there, such as a vision encoder, is left out.
    static func renaming(_ stored: [String]) -> [(plain: String, stored: String)] {
        stored.compactMap { name in plain(name).map { ($0, name) } }
    }

    private static let outer = [
        "tok_embeddings.weight": "model.embed_tokens.weight", "norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight",
    ]

    /// Below `layers.N`.
    private static let inner = [
        "attention.wq.weight": "self_attn.q_proj.weight", "attention.wk.weight": "self_attn.k_proj.weight",
        "attention.wv.weight": "self_attn.v_proj.weight", "attention.wo.weight": "self_attn.o_proj.weight",
        "attention_norm.weight": "input_layernorm.weight", "ffn_norm.weight": "post_attention_layernorm.weight",
        "feed_forward.w1.weight": "mlp.gate_proj.weight", "feed_forward.w2.weight": "mlp.down_proj.weight",
        "feed_forward.w3.weight": "mlp.up_proj.weight",
    ]

    private static let experts = "feed_forward."

    private static func plain(_ stored: String) -> String? {
        if let name = outer[stored] { return name }
        let parts = stored.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "layers", Int(parts[1]) != nil else { return nil }
        let layer = "model.layers.\(parts[1])"
        let rest = String(parts[2])
        if let name = inner[rest] { return "\(layer).\(name)" }
        guard rest.hasPrefix("\(experts)experts.") || rest == "\(experts)gate.weight", rest.hasSuffix(".weight") else {
            return nil
        }
        return "\(layer).block_sparse_moe.\(rest.dropFirst(experts.count))"
    }
}
