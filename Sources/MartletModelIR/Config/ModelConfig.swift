public import MartletJSON

/// Tolerant reader of config.json: asks for keys by name and type, and names the key in every error.
///
/// It remembers which keys were asked for (`refuseUnreadNumerics`) and what came of them (`derivations`).
///
/// GGUF files come as the same keys, translated by the loader, so that models know one spelling only.
public struct ModelConfig: Sendable {
    /// The members of config.json.
    public let json: JSONObject
    /// Where the values came from, for messages: a file name.
    public let origin: String
    private let log: ConfigLog
    private var spellings: [String: String] = [:]

    /// A configuration read from `origin`.
    public init(json: JSONObject, origin: String) {
        self.init(json: json, origin: origin, log: ConfigLog())
    }

    private init(json: JSONObject, origin: String, log: ConfigLog) {
        self.json = json
        self.origin = origin
        self.log = log
    }

    /// This configuration with another value of `key`, nil removing it; what is read of it counts as read of this one.
    public func replacing(_ key: String, with value: JSONValue?) -> ModelConfig {
        log.read(key)
        var json = json
        json[key] = value
        return ModelConfig(json: json, origin: origin, log: log).spelling(spellings)
    }

    /// The configuration of a class that keeps some keys under names of its own: usual name to own name.
    ///
    /// Both are read, as with transformers' `attribute_map`, the own name first; errors name the one that is there.
    public func spelling(_ spellings: [String: String]) -> ModelConfig {
        var config = self
        config.spellings = spellings
        return config
    }

    /// The name under which `key` is written down here.
    private func spelled(_ key: String) -> String {
        guard let own = spellings[key], json[own] != nil || json[key] == nil else { return key }
        return own
    }

    /// The first `architectures` entry, or an empty string.
    public var architecture: String { json["architectures"]?[0]?.stringValue ?? "" }

    /// An integer; null counts as absent, as in transformers.
    public func int(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
        guard let value = present(key) else { return try require(key, fallback) }
        guard let int = value.intValue else { throw error(key, "expected an integer, found \(value.kindName)") }
        note(key, value: int, source: spelled(key))
        return int
    }

    /// A positive integer: a size or a count, at most `limit`, so that products of sizes stay in range.
    public func size(
        _ key: String, default fallback: Int? = nil, limit: Int = Int(Int32.max)
    ) throws(ModelError) -> Int {
        let value = try int(key, default: fallback)
        guard value > 0, value <= limit else { throw error(key, "expected 1 to \(limit), found \(value)") }
        return value
    }

    /// A number.
    public func double(_ key: String, default fallback: Double? = nil) throws(ModelError) -> Double {
        guard let value = present(key) else { return try require(key, fallback) }
        guard let double = value.doubleValue else { throw error(key, "expected a number, found \(value.kindName)") }
        note(key, value: double, source: spelled(key))
        return double
    }

    /// A boolean.
    public func bool(_ key: String, default fallback: Bool? = nil) throws(ModelError) -> Bool {
        guard let value = present(key) else { return try require(key, fallback) }
        guard let bool = value.boolValue else { throw error(key, "expected true or false, found \(value.kindName)") }
        note(key, value: bool, source: spelled(key))
        return bool
    }

    /// A string.
    public func string(_ key: String, default fallback: String? = nil) throws(ModelError) -> String {
        guard let value = present(key) else { return try require(key, fallback) }
        guard let string = value.stringValue else { throw error(key, "expected a string, found \(value.kindName)") }
        note(key, value: string, source: spelled(key))
        return string
    }

    /// The strings of an array, or nil when the key is absent or null.
    public func strings(_ key: String) throws(ModelError) -> [String]? {
        guard let value = present(key) else { return nil }
        guard let elements = value.arrayValue else {
            throw error(key, "expected an array of strings, found \(value.kindName)")
        }
        var strings: [String] = []
        for element in elements {
            guard let string = element.stringValue else {
                throw error(key, "expected strings, found \(element.kindName)")
            }
            strings.append(string)
        }
        return strings
    }

    /// True for a key that is written down as null, which some classes tell from an absent one.
    public func isNull(_ key: String) -> Bool {
        let key = spelled(key)
        log.read(key)
        return json[key]?.isNull ?? false
    }

    /// The value of `key` unless it is absent or null.
    public func present(_ key: String) -> JSONValue? {
        let key = spelled(key)
        log.read(key)
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    /// An error about `key` of this configuration.
    public func error(_ key: String, _ message: String) -> ModelError {
        ModelError(architecture: architecture, key: spelled(key), message: "\(message) (\(origin))")
    }

    private func require<T: CustomStringConvertible>(_ key: String, _ fallback: T?) throws(ModelError) -> T {
        guard let fallback else { throw error(key, "is missing") }
        note(key, value: fallback, source: nil)
        return fallback
    }

    // MARK: What came of it

    /// The values that were derived so far, in order.
    public var derivations: [Derivation] { log.derivations }

    /// Keys that were asked for.
    var readKeys: Set<String> { log.readKeys }

    /// Writes down a derived value; one of the same name is replaced.
    ///
    /// - Parameters:
    ///   - source: The keys it came from; nil for a default.
    ///   - rule: How it follows from them; nil where it is the source's value.
    public func note(_ name: String, value: some CustomStringConvertible, source: String?, rule: String? = nil) {
        log.note(Derivation(name: name, value: value.description, source: source, rule: rule))
    }
}
