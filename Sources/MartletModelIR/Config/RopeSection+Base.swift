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
    func note(_ rope: RopeParameters) {
        let embedding = rope.rotaryEmbedding()
        config.note("\(derivationPrefix).rotary_dim", value: rope.rotaryDim, source: "head_dim, \(rotaryDimSource)")
        config.note("\(derivationPrefix).attention_factor", value: embedding.attentionFactor, source: path("rope_type"))
    }

    private var rotaryDimSource: String { path("partial_rotary_factor") }
}
