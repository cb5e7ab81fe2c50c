/// Asks for metadata by key and type, and names file and key in every error.
struct GGUFMetadataReader {
    private let gguf: GGUF

    init(_ gguf: GGUF) { self.gguf = gguf }

    func string(_ key: String) throws(CheckpointError) -> String {
        guard let value = try optionalString(key) else { throw error(key, "is missing") }
        return value
    }

    func optionalString(_ key: String) throws(CheckpointError) -> String? {
        try value(key, "a UTF-8 string", \.stringValue)
    }

    func optionalBool(_ key: String) throws(CheckpointError) -> Bool? { try value(key, "a boolean", \.boolValue) }

    func optionalDouble(_ key: String) throws(CheckpointError) -> Double? {
        guard let value = try value(key, "a number", \.doubleValue) else { return nil }
        guard value.isFinite else { throw error(key, "expected a finite number, found \(value)") }
        return value
    }

    func optionalInt(_ key: String) throws(CheckpointError) -> Int? { try value(key, "an integer", \.intValue) }

    func int(_ key: String) throws(CheckpointError) -> Int {
        guard let value = try optionalInt(key) else { throw error(key, "is missing") }
        return value
    }

    /// An integer that some files give once per layer, in which case all must be equal.
    func uniformInt(_ key: String) throws(CheckpointError) -> Int? {
        guard case .array(let array)? = gguf[key] else { return try optionalInt(key) }
        guard let integers = array.integers, let first = integers.first else {
            throw error(key, "expected an integer or one for each layer, found an array of \(array.elementType)")
        }
        guard integers.allSatisfy({ $0 == first }) else {
            throw CheckpointError.unsupported(
                file: gguf.file.path, message: "metadata \"\(key)\" differs from layer to layer, which is not supported"
            )
        }
        return first
    }

    func array<T>(
        _ key: String, _ kind: String, _ read: (GGUFArray) -> T?
    ) throws(CheckpointError) -> T? {
        try value(key, "an array of \(kind)") { $0.arrayValue.flatMap(read) }
    }

    /// The chat templates by name: the default one, and those that a list names.
    func chatTemplates() throws(CheckpointError) -> [String: String] {
        let key = "tokenizer.chat_template"
        var templates: [String: String] = [:]
        templates[Checkpoint.defaultTemplateName] = try optionalString(key)
        guard let names = try array("tokenizer.chat_templates", "strings", \.strings) else { return templates }
        for index in 0..<names.count {
            let name = String(decoding: names[index], as: UTF8.self)
            if let source = try optionalString("\(key).\(name)") { templates[name] = source }
        }
        return templates
    }

    private func value<T>(
        _ key: String, _ expected: String, _ read: (GGUFValue) -> T?
    ) throws(CheckpointError) -> T? {
        guard let value = gguf[key] else { return nil }
        guard let result = read(value) else { throw error(key, "expected \(expected), found \(value.kindName)") }
        return result
    }

    func error(_ key: String, _ message: String) -> CheckpointError {
        .malformed(file: gguf.file.path, message: "metadata \"\(key)\": \(message)")
    }

    func unsupported(_ key: String, _ message: String) -> CheckpointError {
        .unsupported(file: gguf.file.path, message: "metadata \"\(key)\": \(message)")
    }
}
