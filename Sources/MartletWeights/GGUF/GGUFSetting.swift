internal import MartletJSON

/// One metadata key of an architecture and what becomes of it.
struct GGUFSetting: Sendable {
    /// What the value is.
    enum Kind: Sendable {
        /// An integer, or one per layer if all are equal.
        case integer
        case number
        case flag
        /// Has no effect, or is read by the architecture's `adjust`.
        case other
    }

    /// The metadata key without the architecture's name.
    let key: String
    /// The key of config.json, nil for none.
    let configKey: String?
    let kind: Kind
    /// What stands in config.json if the file does not say it, nil for nothing.
    var fallback: JSONValue?

    static func integer(_ key: String, _ configKey: String, default fallback: JSONValue? = nil) -> GGUFSetting {
        GGUFSetting(key: key, configKey: configKey, kind: .integer, fallback: fallback)
    }

    static func number(_ key: String, _ configKey: String, default fallback: JSONValue? = nil) -> GGUFSetting {
        GGUFSetting(key: key, configKey: configKey, kind: .number, fallback: fallback)
    }

    static func flag(_ key: String, _ configKey: String, default fallback: JSONValue? = nil) -> GGUFSetting {
        GGUFSetting(key: key, configKey: configKey, kind: .flag, fallback: fallback)
    }

    static func other(_ key: String) -> GGUFSetting { GGUFSetting(key: key, configKey: nil, kind: .other) }
}
