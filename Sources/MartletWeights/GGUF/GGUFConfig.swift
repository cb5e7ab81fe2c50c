internal import MartletJSON
internal import MartletModelIR

/// Translates the metadata of a GGUF file to the keys of config.json.
///
/// **Source** llama.cpp `convert_hf_to_gguf.py` read backwards, `src/models` for what absent keys mean.
struct GGUFConfig {
    let architecture: GGUFArchitecture
    let model: GGUFModel
    var json = JSONObject()

    /// The configuration of `model`.
    static func json(
        _ architecture: GGUFArchitecture, _ model: GGUFModel, vocabulary: GGUFVocabularyMetadata
    ) throws(CheckpointError) -> JSONObject {
        var config = GGUFConfig(architecture: architecture, model: model)
        try config.refuseUnknownKeys()
        try config.addShape()
        try config.addAttention()
        try config.addRotary()
        try config.addSettings()
        config.addSpecialTokens(vocabulary)
        try architecture.adjust(&config)
        return config.json
    }

    var reader: GGUFMetadataReader { model.reader }

    /// The full name of a metadata key of the architecture.
    func key(_ suffix: String) -> String { "\(architecture.name).\(suffix)" }

    mutating func set(_ key: String, _ value: Int) { json[key] = .integer(Int64(value)) }

    /// Layers of the decoder; those that predict further tokens come after them.
    var numHiddenLayers: Int { json["num_hidden_layers"]?.intValue ?? 0 }

    private mutating func addShape() throws(CheckpointError) {
        json["architectures"] = .array([.string(architecture.huggingFaceName)])
        json["model_type"] = .string(architecture.modelType)
        guard let embedding = model.tensors["token_embd.weight"], embedding.shape.count == 2 else {
            throw .malformed(
                file: model.main.file.path, message: "tensor \"token_embd.weight\" of two dimensions is missing")
        }
        set("vocab_size", embedding.shape[0])
        set("hidden_size", try reader.int(key("embedding_length")))
        let blocks = try reader.int(key("block_count"))
        let predicting = architecture.hasPredictionLayers ? try reader.optionalInt(key("nextn_predict_layers")) ?? 0 : 0
        guard predicting >= 0, predicting < max(blocks, 1) else {
            throw reader.error(key("nextn_predict_layers"), "expected fewer than \(blocks) layers, found \(predicting)")
        }
        set("num_hidden_layers", blocks - predicting)
        set("intermediate_size", try intermediateSize())
        set("max_position_embeddings", try reader.int(key("context_length")))
        guard let eps = try reader.optionalDouble(key(architecture.normEps.key)) else {
            throw reader.error(key(architecture.normEps.key), "is missing")
        }
        json[architecture.normEps.configKey] = .double(eps)
        if let (key, value) = architecture.activation { json[key] = .string(value) }
        json["tie_word_embeddings"] = .bool(model.tensors["output.weight"] == nil)
    }

    private func intermediateSize() throws(CheckpointError) -> Int {
        if architecture.guessesFeedForwardLength, let down = model.tensors["blk.0.ffn_down.weight"],
            let width = down.shape.last
        {
            return width
        }
        guard let size = try reader.uniformInt(key("feed_forward_length")) else {
            throw reader.error(key("feed_forward_length"), "is missing")
        }
        return size
    }

    private mutating func addAttention() throws(CheckpointError) {
        guard let heads = try reader.uniformInt(key("attention.head_count")), heads > 0 else {
            throw reader.error(key("attention.head_count"), "expected a positive integer")
        }
        set("num_attention_heads", heads)
        if architecture.hasPlainHeads { try addHeads(heads) }
        for (configKey, modules) in architecture.biases {
            json[configKey] = .bool(modules.contains { model.hasLayerTensor("\($0).bias") })
        }
    }

    /// Key heads, the width of a head and how much of it is rotated.
    private mutating func addHeads(_ heads: Int) throws(CheckpointError) {
        if let otherLayerType = architecture.otherLayerType {
            try addKeyHeads(otherLayerType)
        } else {
            set("num_key_value_heads", try reader.uniformInt(key("attention.head_count_kv")) ?? heads)
        }
        let headDim = try headDim(heads: heads)
        set("head_dim", headDim)
        if let valueLength = try reader.optionalInt(key("attention.value_length")), valueLength != headDim {
            throw reader.unsupported(
                key("attention.value_length"),
                "\(valueLength) differs from the key length \(headDim), which is not supported")
        }
        guard architecture.isRotary else { return }
        let dimensions = try reader.optionalInt(key("rope.dimension_count")) ?? headDim
        if dimensions != headDim || architecture.statesPartialRotary {
            // The factor whose product with the width is the number again, whatever the rounding.
            let factor = Double(dimensions) / Double(headDim)
            json["partial_rotary_factor"] = .double(
                factor * Double(headDim) < Double(dimensions) ? factor.nextUp : factor)
        }
    }

    private func headDim(heads: Int) throws(CheckpointError) -> Int {
        if let keyLength = try reader.optionalInt(key("attention.key_length")) {
            guard keyLength > 0 else { throw reader.error(key("attention.key_length"), "expected a positive integer") }
            return keyLength
        }
        let hiddenSize = try reader.int(key("embedding_length"))
        guard hiddenSize >= heads, hiddenSize % heads == 0 else {
            throw reader.error(key("embedding_length"), "\(hiddenSize) is no multiple of \(heads) heads")
        }
        return hiddenSize / heads
    }

    private mutating func addSettings() throws(CheckpointError) {
        for (configKey, value) in architecture.constants { json[configKey] = value }
        for setting in architecture.settings {
            guard let configKey = setting.configKey else { continue }
            let name = key(setting.key)
            let value: JSONValue?
            switch setting.kind {
            case .integer: value = try reader.uniformInt(name).map { .integer(Int64($0)) }
            case .number: value = try reader.optionalDouble(name).map { .double($0) }
            case .flag: value = try reader.optionalBool(name).map { .bool($0) }
            case .other: value = nil
            }
            if let value = value ?? setting.fallback { json[configKey] = value }
        }
    }

    private mutating func addSpecialTokens(_ vocabulary: GGUFVocabularyMetadata) {
        if let bos = vocabulary.bosTokenID { set("bos_token_id", bos) }
        let ends = vocabulary.endTokenIDs
        switch ends.count {
        case 0: break
        case 1: set("eos_token_id", ends[0])
        default: json["eos_token_id"] = .array(ends.map { .integer(Int64($0)) })
        }
    }

    // MARK: Unknown keys

    /// Refuses settings of the architecture that this loader does not translate, unless they are switched off.
    private func refuseUnknownKeys() throws(CheckpointError) {
        let prefix = key("")
        let settings = Set(architecture.settings.map(\.key))
        for name in model.main.keys where name.hasPrefix(prefix) {
            let suffix = String(name.dropFirst(prefix.utf8.count))
            guard let value = model.main[name], !Self.knownKeys.contains(suffix), !settings.contains(suffix),
                suffix != architecture.normEps.key, !isSwitchedOff(value)
            else { continue }
            throw reader.unsupported(name, "is not supported for this architecture")
        }
    }

    private func isSwitchedOff(_ value: GGUFValue) -> Bool { value.doubleValue == 0 || value.boolValue == false }

    /// Read above, or without effect on the arithmetic of these architectures.
    private static let knownKeys: Set<String> = [
        "block_count", "context_length", "embedding_length", "feed_forward_length", "vocab_size",
        "attention.head_count", "attention.head_count_kv", "attention.key_length", "attention.value_length",
        "attention.causal", "rope.dimension_count", "rope.freq_base",
        "rope.scaling.type", "rope.scaling.factor", "rope.scaling.attn_factor", "rope.scaling.yarn_attn_factor",
        "rope.scaling.original_context_length", "rope.scaling.finetuned", "rope.scaling.yarn_beta_fast",
        "rope.scaling.yarn_beta_slow", "rope.scale_linear", "tensor_data_layout",
    ]
}
