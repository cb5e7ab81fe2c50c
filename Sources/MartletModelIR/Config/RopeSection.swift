internal import MartletJSON

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Reads the members that describe the rotary embedding, wherever a configuration keeps them.
struct RopeSection {
    private let config: ModelConfig
    /// Key the members stand under: `rope_scaling`, `rope_parameters`, or nil when there is no such object.
    private let name: String?
    private let members: JSONObject
    private var usedKeys: Set<String> = []

    /// Names of layer types under which configurations nest one set of members each.
    private static let layerTypes: Set<String> = [
        "full_attention", "sliding_attention", "chunked_attention", "linear_attention",
    ]

    /// Every key outside the members that this type may read.
    private static let topLevelKeys = [
        "rope_theta", "rope_scaling", "rope_parameters", "rope_interleave", "rope_freq_factors", "rotary_emb_base",
        "rotary_dim", "rotary_emb_dim", "partial_rotary_factor", "rotary_pct", "rotary_emb_fraction",
        "original_max_position_embeddings",
    ]

    /// Members without a part in the numbers.
    private static let inertKeys: Set<String> = ["finetuned", "max_position_embeddings"]

    init(config: ModelConfig, layerType: String) throws(ModelError) {
        self.config = config
        for key in Self.topLevelKeys { _ = config.present(key) }
        // transformers: a rope_scaling with members replaces rope_parameters, it is not merged with it.
        for key in ["rope_scaling", "rope_parameters"] {
            guard let value = config.present(key) else { continue }
            guard let object = value.objectValue else {
                throw config.error(key, "expected an object, found \(value.kindName)")
            }
            guard !object.isEmpty else { continue }
            guard object.keys.contains(where: Self.layerTypes.contains) else {
                name = key
                members = object
                return
            }
            guard let nested = object[layerType]?.objectValue else {
                throw config.error("\(key).\(layerType)", "expected an object with the layer type's rotary embedding")
            }
            name = "\(key).\(layerType)"
            members = nested
            return
        }
        name = nil
        members = JSONObject()
    }

    /// The full path of a member, for messages.
    func path(_ key: String) -> String { name.map { "\($0).\(key)" } ?? key }

    /// Members nobody asked for.
    var unusedKeys: [String] {
        members.filter { !usedKeys.contains($0.key) && !Self.inertKeys.contains($0.key) && !$0.value.isNull }
            .map { path($0.key) }
    }

    // MARK: Typed access

    private mutating func present(_ key: String) -> JSONValue? {
        usedKeys.insert(key)
        guard let value = members[key], !value.isNull else { return nil }
        return value
    }

    private mutating func string(_ key: String) throws(ModelError) -> String? {
        guard let value = present(key) else { return nil }
        guard let string = value.stringValue else {
            throw config.error(path(key), "expected a string, found \(value.kindName)")
        }
        return string
    }

    private mutating func number(_ key: String) throws(ModelError) -> Double? {
        guard let value = present(key) else { return nil }
        return try number(value, path(key))
    }

    private func number(_ value: JSONValue, _ path: String) throws(ModelError) -> Double {
        guard let number = value.doubleValue else {
            throw config.error(path, "expected a number, found \(value.kindName)")
        }
        return number
    }

    private mutating func positive(_ key: String) throws(ModelError) -> Double? {
        guard let number = try number(key) else { return nil }
        guard number > 0 else { throw config.error(path(key), "expected more than 0, found \(number)") }
        return number
    }

    private mutating func required(_ key: String, for type: String) throws(ModelError) -> Double {
        guard let number = try positive(key) else { throw missing(key, for: type) }
        return number
    }

    private func missing(_ key: String, for type: String) -> ModelError {
        config.error(path(key), "is missing; rope_type \(type) needs it")
    }

    private func numbers(_ value: JSONValue, _ path: String) throws(ModelError) -> [Double] {
        guard let elements = value.arrayValue else {
            throw config.error(path, "expected an array of numbers, found \(value.kindName)")
        }
        var numbers: [Double] = []
        for element in elements { numbers.append(try number(element, path)) }
        return numbers
    }

    private mutating func list(_ key: String, for type: String) throws(ModelError) -> [Double] {
        guard let value = present(key) else { throw missing(key, for: type) }
        return try numbers(value, path(key))
    }

    /// The first of several top-level spellings that is present.
    private func topLevelNumber(_ keys: String...) throws(ModelError) -> (key: String, value: Double)? {
        for key in keys {
            guard let value = config.present(key) else { continue }
            return (key, try number(value, key))
        }
        return nil
    }

    // MARK: Base and width

    mutating func theta(default fallback: Double) throws(ModelError) -> Double {
        if let theta = try number("rope_theta") { return theta }
        return try topLevelNumber("rope_theta", "rotary_emb_base")?.value ?? fallback
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
            return 1
        }
        guard factor > 0, factor <= 1 else {
            throw config.error(key, "expected a share of the head's \(headDim) dimensions, found \(factor)")
        }
        if let dim, Int(Double(headDim) * factor) != Int(exactly: dim.value) {
            throw config.error(dim.key, "\(dim.value) contradicts \(key), which is \(factor) of \(headDim) dimensions")
        }
        return factor
    }

    mutating func rotaryDim(headDim: Int, factor: Double) throws(ModelError) -> Int {
        var dim = Int(Double(headDim) * factor)
        var key = path("partial_rotary_factor")
        if let value = try number("rope_dim"), value != 0 {
            guard let given = Int(exactly: value), given > 0, given <= headDim else {
                throw config.error(path("rope_dim"), "expected 1 to \(headDim), found \(value)")
            }
            dim = given
            key = path("rope_dim")
        }
        guard dim > 0, dim % 2 == 0 else {
            throw config.error(key, "gives \(dim) rotated dimensions; a positive even number is needed")
        }
        return dim
    }

    func frequencyFactors() throws(ModelError) -> [Double] {
        guard let value = config.present("rope_freq_factors") else { return [] }
        return try numbers(value, "rope_freq_factors")
    }

    // MARK: Scaling

    private static let supportedTypes = "default, linear, dynamic, llama3, yarn, longrope (su), mrope"

    /// The type under its current name; `type` is the older spelling of `rope_type`.
    private mutating func type() throws(ModelError) -> String {
        let old = try string("type")
        let new = try string("rope_type")
        let renamed = ["su": "longrope", "mrope": "default"]
        if let old, let new, old != new, renamed[old] != new {
            throw config.error(path("rope_type"), "\(new) contradicts \(path("type")), which is \(old)")
        }
        let type = new ?? old ?? "default"
        if type == "mrope" || old == "mrope" {
            guard present("mrope_section") != nil else { throw missing("mrope_section", for: "mrope") }
        }
        // For text all three rows of mrope's positions are equal, which makes it the default embedding.
        _ = present("mrope_section")
        _ = present("mrope_interleaved")
        return renamed[type] ?? type
    }

    mutating func scaling(maxPositionEmbeddings: Int) throws(ModelError) -> RopeParameters.Scaling {
        switch try type() {
        case "default":
            return .default
        case "linear":
            return .linear(factor: try required("factor", for: "linear"))
        case "dynamic":
            if let alpha = try positive("alpha") { return .dynamicAlpha(alpha) }
            return .dynamic(factor: try required("factor", for: "dynamic"))
        case "llama3":
            return .llama3(try llama3(maxPositionEmbeddings))
        case "yarn":
            return .yarn(try yarn(maxPositionEmbeddings))
        case "longrope":
            return .longrope(try longRope(maxPositionEmbeddings))
        case let unknown:
            throw config.error(path("rope_type"), "\(unknown) is not supported; supported: \(Self.supportedTypes)")
        }
    }

    /// Positions of the pretraining; Phi-3 keeps them outside, and there they win.
    private mutating func originalMaxPositionEmbeddings(_ fallback: Int) throws(ModelError) -> Double {
        let member = try positive("original_max_position_embeddings")
        guard let outside = try topLevelNumber("original_max_position_embeddings") else {
            return member ?? Double(fallback)
        }
        guard outside.value > 0 else { throw config.error(outside.key, "expected more than 0, found \(outside.value)") }
        return outside.value
    }

    private mutating func llama3(_ maxPositionEmbeddings: Int) throws(ModelError) -> RopeParameters.Llama3 {
        RopeParameters.Llama3(
            factor: try required("factor", for: "llama3"),
            lowFreqFactor: try required("low_freq_factor", for: "llama3"),
            highFreqFactor: try required("high_freq_factor", for: "llama3"),
            originalMaxPositionEmbeddings: try originalMaxPositionEmbeddings(maxPositionEmbeddings))
    }

    private mutating func yarn(_ maxPositionEmbeddings: Int) throws(ModelError) -> RopeParameters.Yarn {
        let original = try originalMaxPositionEmbeddings(maxPositionEmbeddings)
        guard members["factor"] != nil else { throw missing("factor", for: "yarn") }
        // An explicit null asks for the ratio of the two lengths.
        let factor = try positive("factor") ?? Double(maxPositionEmbeddings) / original
        let mscale = try number("mscale") ?? 0
        let mscaleAllDim = try number("mscale_all_dim") ?? 0
        func magnitude(_ mscale: Double) -> Double { factor <= 1 ? 1 : 0.1 * mscale * log(factor) + 1 }
        let inferred =
            mscale != 0 && mscaleAllDim != 0 ? magnitude(mscale) / magnitude(mscaleAllDim) : magnitude(1)
        var truncate = true
        if let value = present("truncate") {
            guard let bool = value.boolValue else {
                throw config.error(path("truncate"), "expected true or false, found \(value.kindName)")
            }
            truncate = bool
        }
        return RopeParameters.Yarn(
            factor: factor, originalMaxPositionEmbeddings: original, betaFast: try positive("beta_fast") ?? 32,
            betaSlow: try positive("beta_slow") ?? 1, truncate: truncate,
            attentionFactor: try positive("attention_factor") ?? inferred)
    }

    private mutating func longRope(_ maxPositionEmbeddings: Int) throws(ModelError) -> RopeParameters.LongRope {
        let original = try originalMaxPositionEmbeddings(maxPositionEmbeddings)
        let factor = try positive("factor") ?? Double(maxPositionEmbeddings) / original
        let inferred = factor <= 1 ? 1 : (1 + log(factor) / log(original)).squareRoot()
        return RopeParameters.LongRope(
            shortFactor: try list("short_factor", for: "longrope"),
            longFactor: try list("long_factor", for: "longrope"),
            originalMaxPositionEmbeddings: original, attentionFactor: try positive("attention_factor") ?? inferred)
    }
}
