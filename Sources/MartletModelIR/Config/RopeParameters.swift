public import MartletJSON

/// The rotary position embedding of a checkpoint, normalised: the only place that reads `rope_theta`, `rope_scaling`,
/// `rope_parameters`, `partial_rotary_factor`, `rotary_dim` and their kin.
///
/// Reading the normalised form (`json`) again gives the same value, so that no factor is ever applied twice.
///
/// **Source** transformers `modeling_rope_utils.py` (`RotaryEmbeddingConfigMixin`), vLLM `get_rope`.
public struct RopeParameters: Hashable, Sendable {
    /// How the frequencies are stretched beyond the trained length.
    public enum Scaling: Hashable, Sendable {
        /// Not at all.
        case `default`
        /// Every frequency divided by the factor.
        case linear(factor: Double)
        /// NTK: a larger theta, once the served length exceeds the trained one.
        case dynamic(factor: Double)
        /// NTK with theta raised by a given alpha.
        case dynamicAlpha(Double)
        /// Llama 3.1: low frequencies divided, high ones kept, smooth between.
        case llama3(Llama3)
        /// YaRN.
        case yarn(Yarn)
        /// One divisor per frequency, one list for short and one for long contexts.
        case longrope(LongRope)
    }

    /// Numbers of `rope_type: llama3`.
    public struct Llama3: Hashable, Sendable {
        /// Divisor of low frequencies.
        public var factor: Double
        /// Wavelengths longer than `originalMaxPositionEmbeddings / lowFreqFactor` are divided.
        public var lowFreqFactor: Double
        /// Wavelengths shorter than `originalMaxPositionEmbeddings / highFreqFactor` are kept.
        public var highFreqFactor: Double
        /// Positions of the pretraining.
        public var originalMaxPositionEmbeddings: Double
    }

    /// Numbers of `rope_type: yarn`.
    public struct Yarn: Hashable, Sendable {
        /// Divisor of interpolated frequencies.
        public var factor: Double
        /// Positions of the pretraining.
        public var originalMaxPositionEmbeddings: Double
        /// Rotations above which a frequency is kept.
        public var betaFast: Double
        /// Rotations below which a frequency is interpolated.
        public var betaSlow: Double
        /// Whether the bounds of the ramp are rounded outwards to whole dimensions.
        public var truncate: Bool
        /// Factor on cos and sin.
        public var attentionFactor: Double
    }

    /// Numbers of `rope_type: longrope`.
    public struct LongRope: Hashable, Sendable {
        /// Divisors up to the trained length, one per frequency.
        public var shortFactor: [Double]
        /// Divisors beyond the trained length, one per frequency.
        public var longFactor: [Double]
        /// Positions of the pretraining.
        public var originalMaxPositionEmbeddings: Double
        /// Factor on cos and sin.
        public var attentionFactor: Double
    }

    /// Base of the geometric series of frequencies.
    public var theta: Double
    /// Share of each head that is rotated, 0 exclusive to 1.
    public var partialRotaryFactor: Double
    /// Leading dimensions of each head that are rotated: the partial factor applied, once and for all.
    public var rotaryDim: Int
    /// The stretching.
    public var scaling: Scaling
    /// Positions that `config.json` names; what dynamic and longrope compare the served length with by default.
    public var maxPositionEmbeddings: Int
    /// Divisors of the frequencies that come as data (GGUF `rope_freqs.weight`), empty when there are none.
    public var frequencyFactors: [Double]
    /// True: pairs are (i, i + rotaryDim/2); false: (2i, 2i + 1).
    public var isNeoxStyle: Bool
    /// Members of `rope_parameters` that have no part in a rotary embedding; models that do not know them must refuse.
    public var unusedKeys: [String]

    /// Reads the rotary keys of a configuration.
    ///
    /// - Parameters:
    ///   - headDim: Width of one attention head.
    ///   - maxPositionEmbeddings: Positions the checkpoint names.
    ///   - layerType: Which entry to take where `rope_parameters` has one per layer type.
    ///   - defaultTheta: The family's theta for configurations that give none.
    ///
    /// **Throws** for unknown types, missing or contradictory numbers, naming the key.
    public init(
        config: ModelConfig, headDim: Int, maxPositionEmbeddings: Int, layerType: String = "full_attention",
        defaultTheta: Double = 10_000
    ) throws(ModelError) {
        var section = try RopeSection(config: config, layerType: layerType)
        theta = try section.theta(default: defaultTheta)
        guard theta > 1 else { throw config.error(section.path("rope_theta"), "expected more than 1, found \(theta)") }
        partialRotaryFactor = try section.partialRotaryFactor(headDim: headDim)
        rotaryDim = try section.rotaryDim(headDim: headDim, factor: partialRotaryFactor)
        scaling = try section.scaling(maxPositionEmbeddings: maxPositionEmbeddings)
        frequencyFactors = try section.frequencyFactors()
        isNeoxStyle = try !config.bool("rope_interleave", default: false)
        self.maxPositionEmbeddings = maxPositionEmbeddings
        unusedKeys = section.unusedKeys
        try checkListLengths(config, section)
        let embedding = rotaryEmbedding()
        guard (embedding.inverseFrequencies + [embedding.attentionFactor]).allSatisfy(\.isFinite) else {
            throw config.error(section.path("rope_type"), "gives frequencies or a factor that are not finite")
        }
    }

    private func checkListLengths(_ config: ModelConfig, _ section: RopeSection) throws(ModelError) {
        let pairs = rotaryDim / 2
        func check(_ key: String, _ list: [Double]) throws(ModelError) {
            guard list.count == pairs, list.allSatisfy({ $0 > 0 }) else {
                throw config.error(key, "expected \(pairs) positive numbers, found \(list.count) numbers")
            }
        }
        if case .longrope(let longrope) = scaling {
            try check(section.path("short_factor"), longrope.shortFactor)
            try check(section.path("long_factor"), longrope.longFactor)
        }
        guard !frequencyFactors.isEmpty else { return }
        try check("rope_freq_factors", frequencyFactors)
        switch scaling {
        case .default, .linear: break
        case .dynamic, .dynamicAlpha, .llama3, .yarn, .longrope:
            throw config.error("rope_freq_factors", "contradicts \(section.path("rope_type")), which scales as well")
        }
    }

    /// The normalised members of `rope_parameters`; reading them gives this value again.
    public var json: JSONObject {
        var json = JSONObject()
        json["rope_theta"] = .double(theta)
        json["partial_rotary_factor"] = .double(partialRotaryFactor)
        json["rope_dim"] = .integer(Int64(rotaryDim))
        switch scaling {
        case .default:
            json["rope_type"] = "default"
        case .linear(let factor):
            json["rope_type"] = "linear"
            json["factor"] = .double(factor)
        case .dynamic(let factor):
            json["rope_type"] = "dynamic"
            json["factor"] = .double(factor)
        case .dynamicAlpha(let alpha):
            json["rope_type"] = "dynamic"
            json["alpha"] = .double(alpha)
        case .llama3(let llama3):
            json["rope_type"] = "llama3"
            json["factor"] = .double(llama3.factor)
            json["low_freq_factor"] = .double(llama3.lowFreqFactor)
            json["high_freq_factor"] = .double(llama3.highFreqFactor)
            json["original_max_position_embeddings"] = .double(llama3.originalMaxPositionEmbeddings)
        case .yarn(let yarn):
            json["rope_type"] = "yarn"
            json["factor"] = .double(yarn.factor)
            json["original_max_position_embeddings"] = .double(yarn.originalMaxPositionEmbeddings)
            json["beta_fast"] = .double(yarn.betaFast)
            json["beta_slow"] = .double(yarn.betaSlow)
            json["truncate"] = .bool(yarn.truncate)
            json["attention_factor"] = .double(yarn.attentionFactor)
        case .longrope(let longrope):
            json["rope_type"] = "longrope"
            json["short_factor"] = .array(longrope.shortFactor.map(JSONValue.double))
            json["long_factor"] = .array(longrope.longFactor.map(JSONValue.double))
            json["original_max_position_embeddings"] = .double(longrope.originalMaxPositionEmbeddings)
            json["attention_factor"] = .double(longrope.attentionFactor)
        }
        return json
    }
}

extension RopeParameters {
    /// Positions the rotary embedding reaches: linear scaling is meant to multiply those `config.json` names.
    ///
    /// **Source** vLLM `_get_and_verify_max_len`; llama3, yarn and longrope name the scaled length already.
    public var maxModelLen: Int {
        guard case .linear(let factor) = scaling, factor > 1 else { return maxPositionEmbeddings }
        return Int(min(Double(maxPositionEmbeddings) * factor, Double(Int32.max)))
    }
}
