/// The sampling values requests start from, each with the place it came from.
public struct SamplingDefaults: Sendable, Hashable {
    /// Where a value came from.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        case builtIn = "built-in"
        case modelConfig = "config.json"
        case generationConfig = "generation_config.json"
        case override = "--override-generation-config"
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
    /// No request gets more output tokens than this.
    public internal(set) var maxTokensCap: Int?
    /// Ids that end an output unless the request ignores them, ascending.
    public internal(set) var eosTokenIDs: [Int32] = []

    /// The built-in values.
    public init() {}

    /// Name (as OpenAI's field), value and source of every setting, in the order documentation lists them.
    public var table: [(name: String, value: String, source: Source)] {
        var rows: [(String, String, Source)] = [
            ("temperature", "\(temperature.value)", temperature.source),
            ("top_p", "\(topP.value)", topP.source),
            ("top_k", "\(topK.value)", topK.source),
            ("min_p", "\(minP.value)", minP.source),
            ("repetition_penalty", "\(repetitionPenalty.value)", repetitionPenalty.source),
            ("presence_penalty", "\(presencePenalty.value)", presencePenalty.source),
            ("frequency_penalty", "\(frequencyPenalty.value)", frequencyPenalty.source),
        ]
        if let maxTokens { rows.append(("max_tokens", "\(maxTokens.value)", maxTokens.source)) }
        return rows
    }
}
