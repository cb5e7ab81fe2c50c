/// The Hugging Face names of GGUF tensors.
enum GGUFTensorName {
    /// Divisors of the rotary frequencies; part of the configuration and no weight.
    static let rotaryFactors = "rope_freqs.weight"

    /// The Hugging Face name, or nil for a tensor that is not known.
    static func huggingFaceName(of name: String) -> String? {
        if let global = globals[name] { return global }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), layer >= 0, "\(layer)" == parts[1],
            parts[3] == "weight" || parts[3] == "bias", let module = modules[String(parts[2])]
        else { return nil }
        return "model.layers.\(layer).\(module).\(parts[3])"
    }

    /// The Hugging Face names of the matrices in a tensor that stacks `count` experts, or nil for another tensor.
    static func expertNames(of name: String, count: Int) -> [String]? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), layer >= 0, "\(layer)" == parts[1],
            parts[3] == "weight", let matrix = expertMatrices[String(parts[2])]
        else { return nil }
        return (0..<count).map { "model.layers.\(layer).mlp.experts.\($0).\(matrix).weight" }
    }

    private static let expertMatrices = [
        "ffn_gate_exps": "gate_proj", "ffn_up_exps": "up_proj", "ffn_down_exps": "down_proj",
    ]

    private static let globals = [
        "token_embd.weight": "model.embed_tokens.weight",
        "output_norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight",
    ]

    private static let modules = [
        "attn_norm": "input_layernorm",
        "attn_q": "self_attn.q_proj",
        "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj",
        "attn_q_norm": "self_attn.q_norm",
        "attn_k_norm": "self_attn.k_norm",
        "ffn_norm": "post_attention_layernorm",
        "ffn_gate_inp": "mlp.gate",
        "ffn_gate": "mlp.gate_proj",
        "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    ]
}
