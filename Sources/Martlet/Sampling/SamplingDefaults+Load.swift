import MartletJSON

extension SamplingDefaults {
    /// The files and flags the defaults are worked out from.
    struct Inputs {
        /// `--generation-config`: `auto`, `vllm` or a folder.
        var flag = "auto"
        /// generation_config.json of the model, or of the folder the flag names; nil when there is none.
        var generationConfig: JSONObject?
        /// config.json of the model, which counts where there is no generation_config.json.
        var modelConfig = JSONObject()
        /// `--override-generation-config`.
        var override = JSONObject()
        /// End-of-sequence ids the tokenizer knows.
        var tokenizerEOS: [Int32] = []
    }

    private static let overridableKeys = [
        "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty",
        "max_new_tokens", "skip_special_tokens", "eos_token_id",
    ]

    /// The generation settings of a config.json that still count with transformers 5; it drops the others.
    private static let modelConfigKeys: Set<String> = ["min_p", "max_new_tokens", "eos_token_id"]

    /// Works the defaults out: built-in < config.json (only without generation_config.json) < generation_config.json <
    /// override, as vLLM does; keys it does not read (`do_sample`, `num_beams`, ...) have no effect here either.
    ///
    /// **Throws** `cannotLoad` when a value has the wrong type or lies out of range, or the override has other keys.
    static func load(_ inputs: Inputs) throws(LLMError) -> SamplingDefaults {
        if let key = inputs.override.keys.first(where: { !overridableKeys.contains($0) }) {
            throw .cannotLoad(
                "\(Source.override.rawValue): \"\(key)\" is not supported; supported are "
                    + overridableKeys.joined(separator: ", "))
        }
        let base = inputs.generationConfig ?? inputs.modelConfig.filter(keys: modelConfigKeys)
        let isFolder = inputs.flag != "auto" && inputs.flag != "vllm"
        let baseSource = isFolder ? Source.folder : inputs.generationConfig == nil ? .modelConfig : .generationConfig
        var reader = SettingsReader(override: inputs.override)
        if inputs.flag != "vllm" { reader.base = (base, baseSource) }

        var defaults = SamplingDefaults()
        try reader.read("temperature", into: &defaults.temperature, as: \.doubleValue)
        try reader.read("top_p", into: &defaults.topP, as: \.doubleValue)
        try reader.read("top_k", into: &defaults.topK, as: \.intValue)
        try reader.read("min_p", into: &defaults.minP, as: \.doubleValue)
        try reader.read("repetition_penalty", into: &defaults.repetitionPenalty, as: \.doubleValue)
        try reader.read("presence_penalty", into: &defaults.presencePenalty, as: \.doubleValue)
        try reader.read("frequency_penalty", into: &defaults.frequencyPenalty, as: \.doubleValue)
        try reader.read("skip_special_tokens", into: &defaults.skipSpecialTokens, as: \.boolValue)
        var maxTokens = Setting(0)
        if try reader.read("max_new_tokens", into: &maxTokens, as: \.intValue) { defaults.maxTokens = maxTokens }
        if isFolder || defaults.maxTokens?.source == .override { defaults.maxTokensCap = defaults.maxTokens?.value }

        // eos_token_id is used even under --generation-config vllm.
        let eos = try tokenIDs(
            inputs.override["eos_token_id"] ?? base["eos_token_id"], source: baseSource)
        defaults.eosTokenIDs = Set(eos + inputs.tokenizerEOS).sorted()
        try defaults.checkRanges()
        return defaults
    }

    private static func tokenIDs(_ value: JSONValue?, source: Source) throws(LLMError) -> [Int32] {
        guard let value, !value.isNull else { return [] }
        var ids: [Int32] = []
        for element in value.arrayValue ?? [value] {
            guard let id = element.intValue, let id = Int32(exactly: id), id >= 0 else {
                throw .cannotLoad("\(source.rawValue): eos_token_id: expected a token id or a list of token ids")
            }
            ids.append(id)
        }
        return ids
    }

    private func checkRanges() throws(LLMError) {
        do throws(LLMError) {
            try SamplingRanges.check(values, maxTokens: maxTokens?.value)
        } catch .invalidRequest(let param?, let message) {
            let source = parameters.first { $0.name == param }?.source ?? .builtIn
            throw .cannotLoad("\(source.rawValue): \(param): \(message)")
        }
    }

    /// The numbers without their sources.
    var values: SamplingValues {
        SamplingValues(
            temperature: temperature.value, topP: topP.value, topK: topK.value, minP: minP.value,
            repetitionPenalty: repetitionPenalty.value, presencePenalty: presencePenalty.value,
            frequencyPenalty: frequencyPenalty.value)
    }
}

extension JSONObject {
    /// The members of the given keys.
    fileprivate func filter(keys: Set<String>) -> JSONObject {
        var result = JSONObject()
        for (key, value) in self where keys.contains(key) { result[key] = value }
        return result
    }
}

/// Looks a key up in the override first, then in the base; null in the override hides the base.
private struct SettingsReader {
    var override: JSONObject
    var base: (object: JSONObject, source: SamplingDefaults.Source)?

    /// Sets `setting` when a non-null value is there, and tells whether it was.
    @discardableResult
    func read<Value: Sendable & Hashable>(
        _ key: String, into setting: inout SamplingDefaults.Setting<Value>, as convert: (JSONValue) -> Value?
    ) throws(LLMError) -> Bool {
        let overriding = override[key]
        let source = overriding == nil ? base?.source ?? .builtIn : .override
        guard let found = overriding ?? base?.object[key], !found.isNull else { return false }
        guard let value = convert(found) else {
            let wanted = Value.self == Int.self ? "an integer" : Value.self == Bool.self ? "true or false" : "a number"
            throw .cannotLoad("\(source.rawValue): \(key): expected \(wanted), found \(found.kindName)")
        }
        setting = .init(value, source)
        return true
    }
}
