internal import MartletJSON

/// The members that describe the rotary embedding, wherever a configuration keeps them.
struct RopeSection {
    let config: ModelConfig
    let defaults: RopeDefaults
    let layerType: String
    /// Where the members stand: `rope_scaling`, `rope_parameters.full_attention`; nil when there are none.
    private let name: String?
    private let members: JSONObject
    /// Whether the members stand under a layer type's name.
    let isNested: Bool
    private var usedKeys: Set<String> = []

    /// Names under which configurations nest one set of members each.
    ///
    /// **Source** transformers `configuration_utils.py` `ALLOWED_LAYER_TYPES`, and DeepSeek V4's two.
    private static let layerTypes: Set<String> = [
        "full_attention", "sliding_attention", "chunked_attention", "linear_attention", "conv",
        "compressed_sparse_attention", "heavily_compressed_attention", "main", "compress",
    ]

    /// Every key outside the members that rotary embeddings are told by; only this type reads them.
    private static let topLevelKeys = [
        "rope_theta", "rope_scaling", "rope_parameters", "rope_interleave", "rope_freq_factors", "rotary_emb_base",
        "rotary_dim", "rotary_emb_dim", "partial_rotary_factor", "rotary_pct", "rotary_emb_fraction",
        "original_max_position_embeddings",
    ]

    /// Members without a part in the numbers.
    private static let inertKeys: Set<String> = ["finetuned", "max_position_embeddings"]

    init(config: ModelConfig, layerType: String, defaults: RopeDefaults) throws(ModelError) {
        self.config = config
        self.defaults = defaults
        self.layerType = layerType
        for key in Self.topLevelKeys { _ = config.present(key) }
        let scaling = try Self.object(config, "rope_scaling")
        let parameters = try Self.object(config, "rope_parameters")
        if let keys = defaults.layerTypeKeys {
            (name, members) = Self.ofLayerType(layerType, keys, scaling: scaling, parameters: parameters)
            isNested = true
        } else if let (key, object) = scaling ?? parameters {
            isNested = Self.isNested(object)
            name = isNested ? "\(key).\(layerType)" : key
            members = isNested ? try Self.nested(config, key, object, layerType) : object
        } else {
            (name, members, isNested) = (nil, defaults.members, false)
        }
    }

    /// An object with members; transformers takes an empty one for none.
    private static func object(
        _ config: ModelConfig, _ key: String
    ) throws(ModelError) -> (key: String, members: JSONObject)? {
        guard let value = config.present(key) else { return nil }
        guard let object = value.objectValue else {
            throw config.error(key, "expected an object, found \(value.kindName)")
        }
        return object.isEmpty ? nil : (key, object)
    }

    /// Scalars beside the layer types have no meaning there, and transformers does not look at them.
    private static func isNested(_ object: JSONObject) -> Bool {
        object.contains { layerTypes.contains($0.key) && ($0.value.objectValue != nil || $0.value.isNull) }
    }

    private static func nested(
        _ config: ModelConfig, _ key: String, _ object: JSONObject, _ layerType: String
    ) throws(ModelError) -> JSONObject {
        guard let members = object[layerType]?.objectValue else {
            throw config.error("\(key).\(layerType)", "expected an object with the layer type's rotary embedding")
        }
        return members
    }

    /// Members of families whose layer types differ: the layer type's own, and `rope_scaling` over them for one type.
    private static func ofLayerType(
        _ layerType: String, _ keys: RopeDefaults.LayerTypeKeys, scaling: (key: String, members: JSONObject)?,
        parameters: (key: String, members: JSONObject)?
    ) -> (String?, JSONObject) {
        var members = parameters?.members[layerType]?.objectValue ?? JSONObject()
        var name = members.isEmpty ? nil : "rope_parameters.\(layerType)"
        if keys.takesScaling, let scaling {
            for (key, value) in scaling.members { members[key] = value }
            name = scaling.key
        }
        return (name, members)
    }

    // MARK: Typed access

    /// The full path of a member, for messages.
    func path(_ key: String) -> String { name.map { "\($0).\(key)" } ?? key }

    /// Members nobody asked for.
    var unusedKeys: [String] {
        members.filter { !usedKeys.contains($0.key) && !Self.inertKeys.contains($0.key) && !$0.value.isNull }
            .map { path($0.key) }
    }

    /// Whether the member is written down, be it as null.
    func isWritten(_ key: String) -> Bool { members[key] != nil }

    mutating func present(_ key: String) -> JSONValue? {
        usedKeys.insert(key)
        guard let value = members[key], !value.isNull else { return nil }
        return value
    }

    mutating func string(_ key: String) throws(ModelError) -> String? {
        guard let value = present(key) else { return nil }
        guard let string = value.stringValue else {
            throw config.error(path(key), "expected a string, found \(value.kindName)")
        }
        return string
    }

    mutating func bool(_ key: String) throws(ModelError) -> Bool? {
        guard let value = present(key) else { return nil }
        guard let bool = value.boolValue else {
            throw config.error(path(key), "expected true or false, found \(value.kindName)")
        }
        return bool
    }

    mutating func number(_ key: String) throws(ModelError) -> Double? {
        guard let value = present(key) else { return nil }
        return try number(value, path(key))
    }

    func number(_ value: JSONValue, _ path: String) throws(ModelError) -> Double {
        guard let number = value.doubleValue else {
            throw config.error(path, "expected a number, found \(value.kindName)")
        }
        return number
    }

    mutating func positive(_ key: String) throws(ModelError) -> Double? {
        guard let number = try number(key) else { return nil }
        guard number > 0 else { throw config.error(path(key), "expected more than 0, found \(number)") }
        return number
    }

    mutating func required(_ key: String, for type: String) throws(ModelError) -> Double {
        guard let number = try positive(key) else { throw missing(key, for: type) }
        return number
    }

    func missing(_ key: String, for type: String) -> ModelError {
        config.error(path(key), "is missing; rope_type \(type) needs it")
    }

    func numbers(_ value: JSONValue, _ path: String) throws(ModelError) -> [Double] {
        guard let elements = value.arrayValue else {
            throw config.error(path, "expected an array of numbers, found \(value.kindName)")
        }
        var numbers: [Double] = []
        for element in elements { numbers.append(try number(element, path)) }
        return numbers
    }

    mutating func list(_ key: String, for type: String) throws(ModelError) -> [Double] {
        guard let value = present(key) else { throw missing(key, for: type) }
        return try numbers(value, path(key))
    }

    /// The first of several top-level spellings that is present.
    func topLevelNumber(_ keys: String...) throws(ModelError) -> (key: String, value: Double)? {
        for key in keys {
            guard let value = config.present(key) else { continue }
            return (key, try number(value, key))
        }
        return nil
    }
}
