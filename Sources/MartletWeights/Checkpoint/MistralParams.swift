internal import MartletJSON

/// params.json, the configuration of Mistral's own checkpoints, and what it is called in config.json.
///
/// A member that is not known and not switched off (null, false, zero, empty) is refused by name.
///
/// **Source** vLLM `transformers_utils/configs/mistral.py`; mistral-inference `args.py`.
struct MistralParams {
    private let origin: String
    private let json: JSONObject
    /// Where the members stand, empty at the top.
    private let path: String
    private var usedKeys: Set<String> = []

    /// Without effect on what is computed.
    private static let inertKeys: Set<String> = ["dtype", "max_batch_size", "transformers_version"]

    init(_ json: JSONObject, origin: String, path: String = "") {
        self.json = json
        self.origin = origin
        self.path = path
    }

    // MARK: Typed access

    func error(_ key: String, _ message: String) -> CheckpointError {
        .unsupported(file: origin, message: "\(path.isEmpty ? key : "\(path).\(key)"): \(message)")
    }

    /// The value of `key` unless it is absent or null.
    mutating func present(_ key: String) -> JSONValue? {
        usedKeys.insert(key)
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    mutating func int(_ key: String) throws(CheckpointError) -> Int? {
        guard let value = present(key) else { return nil }
        guard let int = value.intValue else { throw error(key, "expected an integer, found \(value.kindName)") }
        return int
    }

    mutating func number(_ key: String) throws(CheckpointError) -> Double? {
        guard let value = present(key) else { return nil }
        guard let number = value.doubleValue else { throw error(key, "expected a number, found \(value.kindName)") }
        return number
    }

    mutating func bool(_ key: String) throws(CheckpointError) -> Bool? {
        guard let value = present(key) else { return nil }
        guard let bool = value.boolValue else { throw error(key, "expected true or false, found \(value.kindName)") }
        return bool
    }

    mutating func string(_ key: String) throws(CheckpointError) -> String? {
        guard let value = present(key) else { return nil }
        guard let string = value.stringValue else { throw error(key, "expected a string, found \(value.kindName)") }
        return string
    }

    /// The members of an object, nil where it is absent, null or empty.
    mutating func section(_ key: String) throws(CheckpointError) -> MistralParams? {
        guard let value = present(key) else { return nil }
        guard let object = value.objectValue else { throw error(key, "expected an object, found \(value.kindName)") }
        guard !object.isEmpty else { return nil }
        return MistralParams(object, origin: origin, path: path.isEmpty ? key : "\(path).\(key)")
    }

    mutating func required<T>(_ key: String, _ value: T?) throws(CheckpointError) -> T {
        guard let value else { throw error(key, "is missing") }
        return value
    }

    /// Refuses members that nobody asked for.
    func refuseUnused() throws(CheckpointError) {
        for (key, value) in json where !usedKeys.contains(key) && !(path.isEmpty && Self.inertKeys.contains(key)) {
            switch value {
            case .null, .bool(false), .integer(0), .double(0): continue
            case .array(let elements) where elements.isEmpty: continue
            case .object(let members) where members.isEmpty: continue
            case .bool, .integer, .longInteger, .double, .string, .array, .object:
                throw error(key, "\(JSONWriter.string(value)) is not supported; remove it if it has no effect")
            }
        }
    }

    var object: JSONValue { .object(json) }
}
