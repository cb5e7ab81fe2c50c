public import MartletJSON

/// The sampling values requests start from, each with the place it came from.
public struct SamplingDefaults: Sendable, Hashable {
    /// Where a value came from.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        case builtIn = "built-in"
        case modelConfig = "config.json"
        case generationConfig = "generation_config.json"
        /// The generation_config.json of the folder that `--generation-config` names.
        case folder = "--generation-config"
        case override = "--override-generation-config"
        case request
        /// The room the prompt leaves.
        case maxModelLen = "max_model_len"
        /// What only matters for drawing is neutral where nothing is drawn.
        case greedy = "greedy sampling"
    }

    /// A value and its source.
    public struct Setting<Value: Sendable & Hashable>: Sendable, Hashable {
        /// The value in force.
        public var value: Value
        /// Where it came from.
        public var source: Source

        init(_ value: Value, _ source: Source = .builtIn) {
            self.value = value
            self.source = source
        }
    }

    /// 1 unless set.
    public internal(set) var temperature = Setting(1.0)
    /// 0, all tokens, unless set.
    public internal(set) var topK = Setting(0)
    /// 1 unless set.
    public internal(set) var topP = Setting(1.0)
    /// 0 unless set.
    public internal(set) var minP = Setting(0.0)
    /// 1 unless set.
    public internal(set) var repetitionPenalty = Setting(1.0)
    /// 0 unless set.
    public internal(set) var presencePenalty = Setting(0.0)
    /// 0 unless set.
    public internal(set) var frequencyPenalty = Setting(0.0)
    /// `max_new_tokens`; nil: as many as fit.
    public internal(set) var maxTokens: Setting<Int>?
    /// Whether special tokens are left out of the text; true unless set.
    public internal(set) var skipSpecialTokens = Setting(true)
    /// No request gets more output tokens than this.
    public internal(set) var maxTokensCap: Int?
    /// Ids that end an output unless the request ignores them, ascending.
    public internal(set) var eosTokenIDs: [Int32] = []

    /// The built-in values.
    public init() {}

    /// Every setting in the order documentation lists them; `max_tokens` only where something sets it.
    public var parameters: [SamplingParameter] {
        var rows = [
            SamplingParameter("temperature", temperature), SamplingParameter("top_p", topP),
            SamplingParameter("top_k", topK), SamplingParameter("min_p", minP),
            SamplingParameter("repetition_penalty", repetitionPenalty),
            SamplingParameter("presence_penalty", presencePenalty),
            SamplingParameter("frequency_penalty", frequencyPenalty),
        ]
        if let maxTokens { rows.append(SamplingParameter("max_tokens", maxTokens)) }
        if skipSpecialTokens.source != .builtIn {
            rows.append(SamplingParameter("skip_special_tokens", skipSpecialTokens))
        }
        return rows
    }
}

/// A sampling parameter in force and where its value came from.
public struct SamplingParameter: Sendable, Hashable {
    /// As OpenAI or vLLM name the field.
    public var name: String
    /// A number, or true or false.
    public var value: JSONValue
    /// Where it came from.
    public var source: SamplingDefaults.Source

    init(_ name: String, _ setting: SamplingDefaults.Setting<Double>) {
        (self.name, value, source) = (name, .double(setting.value), setting.source)
    }

    init(_ name: String, _ setting: SamplingDefaults.Setting<Int>) {
        (self.name, value, source) = (name, .integer(Int64(setting.value)), setting.source)
    }

    init(_ name: String, _ setting: SamplingDefaults.Setting<Bool>) {
        (self.name, value, source) = (name, .bool(setting.value), setting.source)
    }

    /// The value as JSON writes it.
    public var valueText: String { JSONWriter.string(value) }

    /// `{"value": ..., "source": ...}`.
    public var json: JSONValue { ["value": value, "source": .string(source.rawValue)] }
}

extension [SamplingParameter] {
    /// An object with a member per parameter.
    public var json: JSONValue {
        var object = JSONObject()
        for parameter in self { object[parameter.name] = parameter.json }
        return .object(object)
    }
}
