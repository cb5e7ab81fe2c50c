/// The Hugging Face names of Whisper's tensors, which OpenAI's checkpoints and GGML files spell otherwise.
///
/// **Source** openai-whisper `model.py`, transformers `convert_openai_to_hf.py`.
enum WhisperNames {
    /// Modules of a layer, OpenAI's name first.
    private static let layerModules = [
        ("attn.query", "self_attn.q_proj"), ("attn.key", "self_attn.k_proj"), ("attn.value", "self_attn.v_proj"),
        ("attn.out", "self_attn.out_proj"), ("attn_ln", "self_attn_layer_norm"),
        ("cross_attn.query", "encoder_attn.q_proj"), ("cross_attn.key", "encoder_attn.k_proj"),
        ("cross_attn.value", "encoder_attn.v_proj"), ("cross_attn.out", "encoder_attn.out_proj"),
        ("cross_attn_ln", "encoder_attn_layer_norm"), ("mlp.0", "fc1"), ("mlp.2", "fc2"),
        ("mlp_ln", "final_layer_norm"),
    ]

    /// Tensors outside the layers, OpenAI's name first.
    private static let others = [
        ("encoder.conv1.weight", "encoder.conv1.weight"), ("encoder.conv1.bias", "encoder.conv1.bias"),
        ("encoder.conv2.weight", "encoder.conv2.weight"), ("encoder.conv2.bias", "encoder.conv2.bias"),
        ("encoder.positional_embedding", "encoder.embed_positions.weight"),
        ("encoder.ln_post.weight", "encoder.layer_norm.weight"), ("encoder.ln_post.bias", "encoder.layer_norm.bias"),
        ("decoder.positional_embedding", "decoder.embed_positions.weight"),
        ("decoder.token_embedding.weight", "decoder.embed_tokens.weight"),
        ("decoder.ln.weight", "decoder.layer_norm.weight"), ("decoder.ln.bias", "decoder.layer_norm.bias"),
    ]

    private static let modulesByOpenAIName = Dictionary(uniqueKeysWithValues: layerModules)
    private static let othersByOpenAIName = Dictionary(uniqueKeysWithValues: others)
    private static let modules = Set(layerModules.map(\.1))
    private static let otherNames = Set(others.map(\.1))
    private static let projection = "proj_out.weight"

    /// The Hugging Face name of a tensor in either spelling, with or without the prefix `model.`; nil for any other.
    static func huggingFace(_ name: String) -> String? {
        let name = name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : name
        if name == projection { return name }
        if let other = othersByOpenAIName[name] { return "model.\(other)" }
        if otherNames.contains(name) { return "model.\(name)" }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[0] == "encoder" || parts[0] == "decoder", let layer = Int(parts[2]), layer >= 0,
            String(layer) == parts[2], let kind = parts.last, kind == "weight" || kind == "bias"
        else { return nil }
        let module = parts[3..<parts.count - 1].joined(separator: ".")
        let renamed: String?
        switch parts[1] {
        case "blocks": renamed = modulesByOpenAIName[module]
        case "layers": renamed = modules.contains(module) ? module : nil
        default: renamed = nil
        }
        guard let renamed, parts[0] == "decoder" || !renamed.hasPrefix("encoder_attn") else { return nil }
        return "model.\(parts[0]).layers.\(layer).\(renamed).\(kind)"
    }

    /// Every tensor that a model of the given numbers of layers must have, by its Hugging Face name.
    static func all(encoderLayers: Int, decoderLayers: Int) -> [String] {
        var names = others.map { "model.\($0.1)" }
        for (stack, count) in [("encoder", encoderLayers), ("decoder", decoderLayers)] {
            for layer in 0..<count {
                for (_, module) in layerModules where stack == "decoder" || !module.hasPrefix("encoder_attn") {
                    let prefix = "model.\(stack).layers.\(layer).\(module)"
                    names.append("\(prefix).weight")
                    // Keys have no bias.
                    if !module.hasSuffix("k_proj") { names.append("\(prefix).bias") }
                }
            }
        }
        return names
    }
}
