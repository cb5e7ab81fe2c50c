internal import MartletJSON
internal import MartletModelIR

/// Translates the metadata of a GGUF file to the keys of config.json.
///
/// **Source** llama.cpp `convert_hf_to_gguf.py` read backwards.
struct GGUFConfig {
    private let architecture: GGUFArchitecture
    private let reader: GGUFMetadataReader
    private let gguf: GGUF
    /// The tensors of all parts.
    private let tensors: [String: GGUFTensor]
    private var json = JSONObject()

    /// The configuration of the model whose metadata are in the first of `parts`.
    static func json(
        _ architecture: GGUFArchitecture, parts: [GGUF], vocabulary: GGUFVocabularyMetadata
    ) throws(CheckpointError) -> JSONObject {
        var config = GGUFConfig(architecture, parts: parts)
        try config.refuseUnknownKeys()
        try config.addShape()
        try config.addExperts()
        try config.addAttention()
        try config.addRotary()
        config.addSpecialTokens(vocabulary)
        return config.json
    }

    private init(_ architecture: GGUFArchitecture, parts: [GGUF]) {
        gguf = parts[0]
        self.architecture = architecture
        reader = GGUFMetadataReader(gguf)
        tensors = Dictionary(
            parts.flatMap(\.tensors).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func key(_ suffix: String) -> String { "\(architecture.rawValue).\(suffix)" }

    private mutating func set(_ key: String, _ value: Int) { json[key] = .integer(Int64(value)) }

    private mutating func addShape() throws(CheckpointError) {
        let window = try reader.optionalInt(key("attention.sliding_window")) ?? 0
        json["architectures"] = .array([.string(architecture.huggingFaceName(hasSlidingWindow: window > 0))])
        json["model_type"] = .string(architecture.modelType(hasSlidingWindow: window > 0))
        guard let embedding = tensors["token_embd.weight"], embedding.shape.count == 2 else {
            throw .malformed(file: gguf.file.path, message: "tensor \"token_embd.weight\" of two dimensions is missing")
        }
        set("vocab_size", embedding.shape[0])
        set("hidden_size", try reader.int(key("embedding_length")))
        set("num_hidden_layers", try reader.int(key("block_count")))
        guard let intermediateSize = try reader.uniformInt(key("feed_forward_length")) else {
            throw reader.error(key("feed_forward_length"), "is missing")
        }
        set("intermediate_size", intermediateSize)
        set("max_position_embeddings", try reader.int(key("context_length")))
        guard let eps = try reader.optionalDouble(key("attention.layer_norm_rms_epsilon")) else {
            throw reader.error(key("attention.layer_norm_rms_epsilon"), "is missing")
        }
        json["rms_norm_eps"] = .double(eps)
        json["hidden_act"] = "silu"
        json["tie_word_embeddings"] = .bool(tensors["output.weight"] == nil)
        if window > 0 {
            set("sliding_window", window)
            if architecture != .llama { json["use_sliding_window"] = true }
        }
    }

    private mutating func addExperts() throws(CheckpointError) {
        guard architecture == .qwen3moe else { return }
        set("num_experts", try reader.int(key("expert_count")))
        set("num_experts_per_tok", try reader.int(key("expert_used_count")))
        set("moe_intermediate_size", try reader.int(key("expert_feed_forward_length")))
        // llama.cpp divides the weights of a token's experts by their sum in this architecture.
        json["norm_topk_prob"] = true
    }

    private mutating func addAttention() throws(CheckpointError) {
        guard let heads = try reader.uniformInt(key("attention.head_count")), heads > 0 else {
            throw reader.error(key("attention.head_count"), "expected a positive integer")
        }
        set("num_attention_heads", heads)
        set("num_key_value_heads", try reader.uniformInt(key("attention.head_count_kv")) ?? heads)
        let headDim = try headDim(heads: heads)
        set("head_dim", headDim)
        if let valueLength = try reader.optionalInt(key("attention.value_length")), valueLength != headDim {
            throw reader.unsupported(
                key("attention.value_length"),
                "\(valueLength) differs from the key length \(headDim), which is not supported")
        }
        if let dimensions = try reader.optionalInt(key("rope.dimension_count")), dimensions != headDim {
            json["partial_rotary_factor"] = .double(Double(dimensions) / Double(headDim))
        }
        json["attention_bias"] = .bool(hasBias(["attn_q", "attn_k", "attn_v", "attn_output"]))
        json["mlp_bias"] = .bool(hasBias(["ffn_gate", "ffn_up", "ffn_down"]))
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

    private func hasBias(_ modules: [String]) -> Bool { modules.contains { tensors["blk.0.\($0).bias"] != nil } }

    private mutating func addSpecialTokens(_ vocabulary: GGUFVocabularyMetadata) {
        if let bos = vocabulary.bosTokenID { set("bos_token_id", bos) }
        let ends = vocabulary.endTokenIDs
        switch ends.count {
        case 0: break
        case 1: set("eos_token_id", ends[0])
        default: json["eos_token_id"] = .array(ends.map { .integer(Int64($0)) })
        }
    }

    // MARK: Rotary embedding

    private mutating func addRotary() throws(CheckpointError) {
        if architecture.hasInterleavedRotary { json["rope_interleave"] = true }
        json["rope_theta"] = .double(try reader.optionalDouble(key("rope.freq_base")) ?? 10_000)
        if let scaling = try rotaryScaling() { json["rope_scaling"] = .object(scaling) }
        if let factors = try rotaryFactors() { json["rope_freq_factors"] = .array(factors.map { .double(Double($0)) }) }
    }

    private func rotaryScaling() throws(CheckpointError) -> JSONObject? {
        // Files without a type mean linear scaling if they name a factor; the oldest ones call it scale_linear.
        let type = try reader.optionalString(key("rope.scaling.type")) ?? "linear"
        let oldFactor = try reader.optionalDouble(key("rope.scale_linear")) ?? 0
        let factor = try reader.optionalDouble(key("rope.scaling.factor")) ?? oldFactor
        var scaling = JSONObject()
        switch type {
        case "none": return nil
        case "linear":
            guard factor != 0, factor != 1 else { return nil }
            scaling["rope_type"] = "linear"
            scaling["factor"] = .double(factor)
        case "yarn":
            scaling["rope_type"] = "yarn"
            scaling["factor"] = .double(factor)
            try addYarn(factor, to: &scaling)
        default:
            throw reader.unsupported(
                key("rope.scaling.type"), "\(type) is not supported; supported: none, linear, yarn")
        }
        return scaling
    }

    private func addYarn(_ factor: Double, to scaling: inout JSONObject) throws(CheckpointError) {
        if let original = try reader.optionalInt(key("rope.scaling.original_context_length")) {
            scaling["original_max_position_embeddings"] = .integer(Int64(original))
        }
        if let fast = try reader.optionalDouble(key("rope.scaling.yarn_beta_fast")) {
            scaling["beta_fast"] = .double(fast)
        }
        if let slow = try reader.optionalDouble(key("rope.scaling.yarn_beta_slow")) {
            scaling["beta_slow"] = .double(slow)
        }
        if let attention = try reader.optionalDouble(key("rope.scaling.attn_factor")), attention != 1 {
            throw reader.unsupported(key("rope.scaling.attn_factor"), "\(attention) is not supported; supported: 1")
        }
    }

    private func rotaryFactors() throws(CheckpointError) -> [Float]? {
        guard let tensor = tensors[GGUFTensorName.rotaryFactors] else { return nil }
        guard let format = tensor.format, let bytes = gguf.bytes(of: tensor) else {
            throw GGUFWeights.unsupportedType(tensor, gguf)
        }
        var factors = [Float](repeating: 0, count: tensor.elementCount)
        factors.withUnsafeMutableBufferPointer { format.dequantize(bytes, into: $0) }
        guard factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw .malformed(file: gguf.file.path, message: "tensor \"\(tensor.name)\": expected positive numbers")
        }
        return factors
    }

    // MARK: Unknown keys

    /// Refuses settings of the architecture that this loader does not translate, unless they are switched off.
    private func refuseUnknownKeys() throws(CheckpointError) {
        let prefix = key("")
        for name in gguf.keys where name.hasPrefix(prefix) {
            let suffix = String(name.dropFirst(prefix.count))
            guard let value = gguf[name], !Self.knownKeys.contains(suffix), !isSwitchedOff(value) else { continue }
            if architecture == .qwen3moe, Self.expertKeys.contains(suffix) { continue }
            if suffix == "attention.causal" { continue }
            throw reader.unsupported(name, "is not supported for this architecture")
        }
    }

    private func isSwitchedOff(_ value: GGUFValue) -> Bool { value.doubleValue == 0 || value.boolValue == false }

    private static let expertKeys: Set<String> = [
        "expert_count", "expert_used_count", "expert_feed_forward_length",
    ]

    /// Read above, or without effect on the arithmetic of these architectures.
    private static let knownKeys: Set<String> = [
        "block_count", "context_length", "embedding_length", "feed_forward_length", "vocab_size",
        "attention.head_count", "attention.head_count_kv", "attention.key_length", "attention.value_length",
        "attention.layer_norm_rms_epsilon", "attention.sliding_window", "rope.dimension_count", "rope.freq_base",
        "rope.scaling.type", "rope.scaling.factor", "rope.scaling.attn_factor",
        "rope.scaling.original_context_length", "rope.scaling.finetuned", "rope.scaling.yarn_beta_fast",
        "rope.scaling.yarn_beta_slow", "rope.scale_linear", "tensor_data_layout",
    ]
}
