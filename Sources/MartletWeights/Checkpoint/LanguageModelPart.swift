internal import MartletJSON

/// The language model inside a multimodal checkpoint, presented as if it were a checkpoint of its own.
///
/// Its configuration is an object in config.json, and its weights carry a prefix; towers and projectors are left out.
///
/// **Source** transformers `PreTrainedConfig.get_text_config`, `conversion_mapping.py`.
struct LanguageModelPart {
    /// Where in config.json the configuration stands, empty for a flat one.
    let path: String
    /// The configuration under plain keys.
    private(set) var config: JSONObject
    /// The tokens whose places in a prompt images, videos and sounds take.
    let mediaTokenIDs: Set<Int>

    private static let sections = ["text_config", "llm_config", "language_config"]

    /// The part of a configuration that describes a language model among others; nil if there is nothing else.
    init?(config json: JSONObject) {
        let thinker = json["thinker_config"]?.objectValue
        let outer = thinker ?? json
        mediaTokenIDs = Set(Self.mediaTokenKeys.compactMap { (outer[$0] ?? json[$0])?.intValue })
        if let section = Self.sections.first(where: { outer[$0]?.objectValue != nil }),
            var text = outer[section]?.objectValue
        {
            path = thinker == nil ? section : "thinker_config.\(section)"
            for key in Self.sharedKeys where text[key]?.isNull ?? true { text[key] = outer[key] ?? json[key] }
            text["architectures"] = json["architectures"]
            text["quantization_config"] = json["quantization_config"] ?? text["quantization_config"]
            config = text
        } else if outer.keys.contains(where: { ["vision_config", "audio_config"].contains($0) }) {
            // Qwen2-VL as first released: the members of the language model stand beside those of the tower.
            path = ""
            config = outer
            let prefixes = ["vision_", "image_", "video_", "audio_"]
            for key in outer.keys where prefixes.contains(where: key.hasPrefix) { config[key] = nil }
        } else {
            return nil
        }
    }

    /// What stands outside for all parts.
    private static let sharedKeys = [
        "bos_token_id", "eos_token_id", "pad_token_id", "dtype", "torch_dtype", "transformers_version",
    ]

    private static let mediaTokenKeys = ["image", "video", "audio"].flatMap { ["\($0)_token_id", "\($0)_token_index"] }

    // MARK: Weights

    /// Prefixes of the language model's weights, and what they become.
    private static let prefixes = [
        ("language_model.lm_head.", "lm_head."), ("model.language_model.lm_head.", "lm_head."),
        ("thinker.lm_head.", "lm_head."), ("language_model.model.", "model."), ("model.language_model.", "model."),
        ("model.text_model.", "model."), ("thinker.model.", "model."),
    ]

    /// The plain names of the language model's weights, each with the name it is stored under.
    func names(of stored: [String]) -> [(plain: String, stored: String)] {
        let renamed = stored.compactMap { name in
            Self.prefixes.first { name.hasPrefix($0.0) }.map { ($0.1 + name.dropFirst($0.0.count), name) }
        }
        let heads = stored.filter { $0.hasPrefix("lm_head.") }.map { ($0, $0) }
        guard !renamed.contains(where: { $0.0.hasPrefix("model.") }) else { return renamed + heads }
        // Without a prefix the language model has the plain names already.
        let plain = stored.filter { $0.hasPrefix("model.") && !$0.hasPrefix("model.visual.") }
        return plain.map { ($0, $0) } + renamed + heads
    }
}
