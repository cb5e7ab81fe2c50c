import MartletJSON

/// The parameters of one tool.
struct ParameterSchemas: Sendable {
    private let root: JSONValue?

    /// The tool's `parameters`, an object schema.
    init(_ schema: JSONValue?) { root = schema }

    /// The names of the declared parameters.
    var names: [String] { root?["properties"]?.objectValue?.keys ?? [] }

    /// The value of a parameter as its schema wants it, objects and arrays with all that they hold.
    func coerce(_ value: ArgumentValue, for parameter: String) -> ArgumentValue {
        guard let schema = root?["properties"]?[parameter], schema.objectValue != nil else { return value }
        return coerce(value, to: schema)
    }

    /// The arguments with every value as its schema wants it.
    func coerce(_ arguments: ArgumentObject) -> ArgumentObject {
        var result = ArgumentObject()
        for (key, value) in zip(arguments.keys, arguments.values) { result.set(key, coerce(value, for: key)) }
        return result
    }

    /// **Source** vLLM `parser/engine/parser_engine.py` `_coerce_value`.
    private func coerce(_ value: ArgumentValue, to schema: JSONValue) -> ArgumentValue {
        switch value {
        case .string(let text): return TypedText.value(of: text, as: SchemaTypes(of: schema, in: root))
        case .object(let object):
            guard let properties = resolved(schema)["properties"]?.objectValue else { return value }
            var result = ArgumentObject()
            for (key, member) in zip(object.keys, object.values) {
                if let schema = properties[key], schema.objectValue != nil {
                    result.set(key, coerce(member, to: schema))
                } else {
                    result.set(key, member)
                }
            }
            return .object(result)
        case .array(let elements):
            guard let items = resolved(schema)["items"], items.objectValue != nil else { return value }
            return .array(elements.map { coerce($0, to: items) })
        case .null, .bool, .number:
            return TypedText.value(of: value.json, as: SchemaTypes(of: schema, in: root))
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
    static func value(of text: String, as types: SchemaTypes) -> ArgumentValue {
        if types.contains(.null), text.lowercased() == "null" { return .null }
        if types.contains(.integer), let integer = PythonNumber.integer(text) { return .number(integer) }
        if types.contains(.number), let number = PythonNumber.number(text) { return .number(number) }
        if types.contains(.boolean), let boolean = boolean(text) { return .bool(boolean) }
        if !types.isDisjoint(with: [.object, .array]), let value = ArgumentValue.parse(json: text) { return value }
        if types.contains(.string) { return .string(text) }
        return ArgumentValue.parse(json: text) ?? .string(text)
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text.stripped(nil).lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }
}
