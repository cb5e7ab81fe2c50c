import MartletJSON

/// The parameters of one tool.
struct ParameterSchemas: Sendable {
    private let root: JSONValue?

    /// The tool's `parameters`, an object schema.
    init(_ schema: JSONValue?) { root = schema }

    /// The arguments, with all that they hold, as their schemas want them.
    ///
    /// - Parameter untyped: what a text without a schema becomes.
    func coerce(
        _ arguments: ArgumentMembers, untyped: (String) -> PythonJSON = { .string($0) }
    ) -> ArgumentMembers {
        let properties = root?["properties"]?.objectValue ?? JSONObject()
        let members = arguments.members.map { key, value in
            if case .string(let text) = value, properties[key]?.objectValue == nil { return (key, untyped(text)) }
            return (key, value)
        }
        return ArgumentMembers(coerce(members, properties))
    }

    private typealias Members = [(key: String, value: PythonJSON)]

    private func coerce(_ members: Members, _ properties: JSONObject) -> Members {
        members.map { key, value in
            guard let schema = properties[key], schema.objectValue != nil else { return (key, value) }
            return (key, coerce(value, to: schema))
        }
    }

    /// The arguments without the object around them that some models add under `arguments` or `input`.
    ///
    /// **Source** vLLM `parser/deepseek_v4.py` `_unwrap_wrapper_args`.
    func unwrapped(_ arguments: ArgumentMembers) -> ArgumentMembers {
        guard arguments.members.count == 1, let (key, value) = arguments.members.first,
            key == "arguments" || key == "input",
            let properties = root?["properties"]?.objectValue, !properties.isEmpty, properties[key] == nil
        else { return arguments }
        var inner = value
        if case .string(let text) = inner { inner = .orString(text) }
        guard case .object(let members) = inner, members.allSatisfy({ properties[$0.key] != nil }) else {
            return arguments
        }
        return ArgumentMembers(members)
    }

    /// **Source** vLLM `parser/engine/parser_engine.py` `_coerce_value`.
    private func coerce(_ value: PythonJSON, to schema: JSONValue) -> PythonJSON {
        switch value {
        case .string(let text): return TypedText.value(of: text, as: SchemaTypes(of: schema, in: root))
        case .object(let members):
            guard let properties = resolved(schema)["properties"]?.objectValue else { return value }
            return .object(coerce(members, properties))
        case .array(let elements):
            guard let items = resolved(schema)["items"], items.objectValue != nil else { return value }
            return .array(elements.map { coerce($0, to: items) })
        case .scalar(let text): return TypedText.value(of: text, as: SchemaTypes(of: schema, in: root))
        }
    }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let reference = schema["$ref"]?.stringValue else { return schema }
        return SchemaTypes.resolve(reference, in: root) ?? schema
    }
}

/// The text of a parameter as a JSON value of the types its schema allows.
enum TypedText {
    /// The first type that the text fits, from the most to the least particular; the text itself where none does.
    ///
    /// **Source** vLLM `tool_parsers/utils.py` `coerce_to_schema_type`.
    static func value(of text: String, as types: SchemaTypes) -> PythonJSON {
        if types.contains(.null), text.lowercased() == "null" { return .null }
        if types.contains(.integer), let integer = PythonNumber.integer(text) { return .scalar(integer) }
        if types.contains(.number), let number = PythonNumber.number(text) { return .scalar(number) }
        if types.contains(.boolean), let boolean = boolean(text) { return .bool(boolean) }
        if !types.isDisjoint(with: [.object, .array]), let value = PythonJSON(Array(text.utf8)[...]) { return value }
        if types.contains(.string) { return .string(text) }
        return .orString(text)
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text.stripped(nil).lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }
}
