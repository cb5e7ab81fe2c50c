/// The Hugging Face names of one architecture's tensors.
///
/// Names under a layer are written without `model.layers.N.`.
struct GGUFTensorNames: Sendable {
    /// What the names of a layer's weights begin with.
    var layerPrefix = "model.layers"
    /// Whole names of tensors outside of layers.
    var globals: [String: String] = [
        "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
        "output_norm.bias": "model.norm.bias", "output.weight": "lm_head.weight", "output.bias": "lm_head.bias",
    ]
    /// Modules, whose weight and bias keep these endings; see `llamaModules`.
    var modules: [String: String] = Self.llamaModules
    /// Tensors with another ending in Hugging Face files, with the ending.
    var whole: [String: String] = [:]
    /// Modules of each expert, `#` standing for its number.
    var experts: [String: String] = Self.gatedExperts("mlp.experts")
    /// Modules whose tensor stacks one weight per head, which are `<name>.<head>.weight`.
    var headNorms: [String: String] = [:]
    /// Weights that are one tensor in Hugging Face files and several, or of another order, in these.
    var rearranged: [String: GGUFRearrangement] = [:]
    /// How to get back a weight that the converter worked on: endings of Hugging Face names.
    var derivations: [(ending: String, derivation: GGUFDerivation)] = []

    /// Parts of the configuration that lie in tensors and are no weights.
    static let configuration: Set<String> = [
        "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight",
    ]

    /// These names with other modules: nil removes one.
    func replacing(_ changes: [String: String?]) -> GGUFTensorNames {
        var names = self
        for (module, name) in changes { names.modules[module] = name }
        return names
    }

    /// These names with other ones for the embedding table and the last norm.
    func placing(embedding: String, norm: String, layers: String) -> GGUFTensorNames {
        var names = self
        names.layerPrefix = layers
        names.globals["token_embd.weight"] = "\(embedding).weight"
        for ending in ["weight", "bias"] { names.globals["output_norm.\(ending)"] = "\(norm).\(ending)" }
        return names
    }

    static func gatedExperts(
        _ path: String, gate: String = "gate_proj", up: String = "up_proj", down: String = "down_proj"
    ) -> [String: String] {
        ["ffn_gate": "\(path).#.\(gate)", "ffn_up": "\(path).#.\(up)", "ffn_down": "\(path).#.\(down)"]
    }

    static let llamaModules = [
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

/// A weight that Hugging Face files have in another arrangement, named by the part of it that a program asks for.
enum GGUFRearrangement: Sendable {
    /// The rows of two tensors, one after the other or taking turns; stacks of experts alike.
    case halves(first: String, second: String)
    /// Stored `[out, in]` here and `[in, out]` there.
    case transposed(String)
    /// Query, key and value rows, which lie key head by key head there and one after the other here.
    case ungrouped(String)
    /// The key rows and the value rows of every head, the former as `[head, in, out]`.
    case latent(key: String, value: String)
}

/// What the converter did to a weight, undone.
enum GGUFDerivation: Sendable {
    /// `w - 1`.
    case lessOne

    func callAsFunction(_ value: Float) -> Float {
        switch self {
        case .lessOne: value - 1
        }
    }
}
