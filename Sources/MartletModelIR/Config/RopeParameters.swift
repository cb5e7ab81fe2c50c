/// The rotary position embedding of a checkpoint, normalised: the only place that reads `rope_theta`, `rope_scaling`,
/// `rope_parameters`, `partial_rotary_factor`, `rotary_dim` and their kin.
///
/// Reading the normalised form (`json`) again gives the same value, so that no factor is ever applied twice.
///
/// **Source** transformers `modeling_rope_utils.py` (`RotaryEmbeddingConfigMixin`), vLLM `get_rope`.
public struct RopeParameters: Hashable, Sendable {
    /// Base of the geometric series of frequencies.
    public var theta: Double
    /// Share of each head that is rotated, 0 exclusive to 1.
    public var partialRotaryFactor: Double
    /// Dimensions over which the series of frequencies is laid: the partial factor applied, once and for all.
    public var frequencyDim: Int
    /// Leading dimensions of each head that are rotated: `frequencyDim` in whole pairs.
    public var rotaryDim: Int { frequencyDim + frequencyDim % 2 }
    /// The stretching.
    public var scaling: Scaling
    /// Positions that `config.json` names; what dynamic and longrope compare the served length with by default.
    public var maxPositionEmbeddings: Int
    /// Divisors of the frequencies that come as data (GGUF `rope_freqs.weight`), empty when there are none.
    public var frequencyFactors: [Double]
    /// True: pairs are (i, i + rotaryDim/2); false: (2i, 2i + 1).
    public var isNeoxStyle: Bool
    /// Growth of the queries with their position, or nil.
    public var queryScaling: RotaryEmbedding.QueryScaling?
    /// Members of `rope_parameters` that have no part in this rotary embedding; see `refuseUnusedKeys`.
    public var unusedKeys: [String]

    /// Reads the rotary keys of a configuration.
    ///
    /// - Parameters:
    ///   - headDim: Width of one attention head.
    ///   - maxPositionEmbeddings: Positions the checkpoint names.
    ///   - layerType: Which entry to take where `rope_parameters` has one per layer type.
    ///   - defaults: What the family's configuration class makes of absent keys.
    ///
    /// **Throws** for unknown types, missing or contradictory numbers, naming the key.
    public init(
        config: ModelConfig, headDim: Int, maxPositionEmbeddings: Int, layerType: String = "full_attention",
        defaults: RopeDefaults = RopeDefaults()
    ) throws(ModelError) {
        var section = try RopeSection(config: config, layerType: layerType, defaults: defaults)
        theta = try section.theta()
        partialRotaryFactor = try section.partialRotaryFactor(headDim: headDim)
        scaling = try section.scaling(maxPositionEmbeddings: maxPositionEmbeddings)
        frequencyDim = try section.frequencyDim(headDim: headDim, factor: partialRotaryFactor, scaling)
        queryScaling = try section.queryScaling(maxPositionEmbeddings: maxPositionEmbeddings)
        frequencyFactors = try section.frequencyFactors()
        isNeoxStyle = try !config.bool("rope_interleave", default: defaults.isInterleaved)
        self.maxPositionEmbeddings = maxPositionEmbeddings
        unusedKeys = section.unusedKeys
        try checkListLengths(config, section)
        let embedding = rotaryEmbedding()
        guard (embedding.inverseFrequencies + [embedding.attentionFactor]).allSatisfy(\.isFinite) else {
            throw config.error(section.path("rope_type"), "gives frequencies or a factor that are not finite")
        }
        section.note(self, headDim: headDim)
    }

    /// Refuses members of `rope_parameters` that have no part in this rotary embedding.
    public func refuseUnusedKeys(_ config: ModelConfig) throws(ModelError) {
        guard let unused = unusedKeys.first else { return }
        throw config.error(unused, "is not known to the rotary embedding of this architecture")
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
        case .dynamic, .dynamicAlpha, .llama3, .yarn, .longrope, .proportional:
            throw config.error("rope_freq_factors", "contradicts \(section.path("rope_type")), which scales as well")
        }
    }

    /// Positions the rotary embedding reaches: linear scaling is meant to multiply those `config.json` names.
    ///
    /// **Source** vLLM `_get_and_verify_max_len`; llama3, yarn and longrope name the scaled length already.
    public var maxModelLen: Int {
        guard case .linear(let factor) = scaling, factor > 1 else { return maxPositionEmbeddings }
        return Int(min(Double(maxPositionEmbeddings) * factor, Double(Int32.max)))
    }

    /// What DeepSeek's attention multiplies its softmax scale by: yarn's magnitude for all dimensions, squared.
    ///
    /// **Source** transformers `DeepseekV3Attention.__init__`.
    public var softmaxScaleFactor: Double {
        guard case .yarn(let yarn) = scaling, yarn.mscaleAllDim != 0 else { return 1 }
        let magnitude = Yarn.magnitude(yarn.factor, yarn.mscaleAllDim)
        return magnitude * magnitude
    }
}
