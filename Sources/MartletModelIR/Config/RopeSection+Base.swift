internal import MartletJSON

extension RopeSection {
    /// The base: the member wins over the top level.
    mutating func theta() throws(ModelError) -> Double {
        let found: (key: String, value: Double)?
        if let member = try number("rope_theta") {
            found = (path("rope_theta"), member)
        } else if let keys = defaults.layerTypeKeys {
            guard let key = keys.theta, let value = config.present(key) else { return note(theta: nil) }
            found = (key, try number(value, key))
        } else {
            found = try topLevelNumber("rope_theta", "rotary_emb_base")
        }
        guard let found else { return note(theta: nil) }
        guard found.value > 1, found.value.isFinite else {
            throw config.error(found.key, "expected more than 1, found \(found.value)")
        }
        return note(theta: found)
    }

    private func note(theta: (key: String, value: Double)?) -> Double {
        let value = theta?.value ?? defaults.theta
        config.note("\(derivationPrefix).theta", value: value, source: theta?.key)
        return value
    }

    /// The share of a head that is rotated: the member wins over the top level, a factor over a width in dimensions.
    mutating func partialRotaryFactor(headDim: Int) throws(ModelError) -> Double {
        let dim = try topLevelNumber("rotary_dim", "rotary_emb_dim")
        let key: String
        let factor: Double
        if let member = try number("partial_rotary_factor") {
            (key, factor) = (path("partial_rotary_factor"), member)
        } else if let found = try topLevelNumber("partial_rotary_factor", "rotary_pct", "rotary_emb_fraction") {
            (key, factor) = found
        } else if let dim {
            let exact = dim.value / Double(headDim)
            (key, factor) = (dim.key, Double(headDim) * exact < dim.value ? exact.nextUp : exact)
        } else {
            return defaults.partialRotaryFactor
        }
        guard factor > 0, factor <= 1 else {
            throw config.error(key, "expected a share of the head's \(headDim) dimensions, found \(factor)")
        }
        if let dim, Int(Double(headDim) * factor) != Int(exactly: dim.value) {
            throw config.error(dim.key, "\(dim.value) contradicts \(key), which is \(factor) of \(headDim) dimensions")
        }
        return factor
    }

    /// Dimensions of the series of frequencies; transformers rounds an odd width up to whole pairs afterwards.
    mutating func frequencyDim(
        headDim: Int, factor: Double, _ scaling: RopeParameters.Scaling
    ) throws(ModelError) -> Int {
        var key = path("partial_rotary_factor")
        var dim = Int(Double(headDim) * factor)
        if case .proportional = scaling { dim = headDim }
        if let value = try number("rope_dim"), value != 0 {
            guard let given = Int(exactly: value), given > 0, given <= headDim else {
                throw config.error(path("rope_dim"), "expected 1 to \(headDim), found \(value)")
            }
            dim = given
            key = path("rope_dim")
        }
        guard dim > 0, dim + dim % 2 <= headDim else {
            throw config.error(key, "gives \(dim) of \(headDim) dimensions, which are no whole number of pairs")
        }
        return dim
    }

    func frequencyFactors() throws(ModelError) -> [Double] {
        guard let value = config.present("rope_freq_factors") else { return [] }
        return try numbers(value, "rope_freq_factors")
    }

    // MARK: What came of it

    private var derivationPrefix: String { isNested ? "rope.\(layerType)" : "rope" }

    /// Writes down what the rotary embedding turned out to be.
    func note(_ rope: RopeParameters, headDim: Int) {
        func note(_ name: String, _ value: some CustomStringConvertible, _ source: String?, _ rule: String? = nil) {
            config.note("\(derivationPrefix).\(name)", value: value, source: source, rule: rule)
        }
        let embedding = rope.rotaryEmbedding()
        let type = ["rope_type", "type"].first(where: isWritten).map(path)
        note("type", rope.json["rope_type"]?.stringValue ?? "default", type)
        let share = partialSource.map { "head_dim, \($0)" }
        note("rotary_dim", rope.rotaryDim, share ?? "head_dim", "\(rope.partialRotaryFactor) of \(headDim) dimensions")
        note("pairs", rope.isNeoxStyle ? "(i, i + rotary_dim / 2)" : "(2i, 2i + 1)", nil)
        if embedding.attentionFactor != 1 {
            note("attention_factor", embedding.attentionFactor, type, "factor on cos and sin")
        }
        if let scaling = rope.queryScaling {
            let rule = "1 + \(scaling.beta) ln(1 + floor(position / \(scaling.originalMaxPositionEmbeddings)))"
            note("query_scaling", scaling.beta, "llama_4_scaling_beta or llama_4_scaling", rule)
        }
        if let long = embedding.long {
            note("long_factor", "beyond \(long.length) tokens", path("long_factor"))
        }
    }

    /// The key that says how much of a head is rotated, or nil.
    private var partialSource: String? {
        if isWritten("partial_rotary_factor") { return path("partial_rotary_factor") }
        let keys = ["partial_rotary_factor", "rotary_pct", "rotary_emb_fraction", "rotary_dim", "rotary_emb_dim"]
        return keys.first { config.present($0) != nil }
    }
}
