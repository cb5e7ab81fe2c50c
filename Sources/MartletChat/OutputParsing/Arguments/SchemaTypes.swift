import MartletJSON

/// The kinds of values that a JSON schema allows.
struct SchemaTypes: OptionSet, Sendable {
    let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    static let null = SchemaTypes(rawValue: 1)
    static let integer = SchemaTypes(rawValue: 2)
    static let number = SchemaTypes(rawValue: 4)
    static let boolean = SchemaTypes(rawValue: 8)
    static let object = SchemaTypes(rawValue: 16)
    static let array = SchemaTypes(rawValue: 32)
    static let string = SchemaTypes(rawValue: 64)
    /// A type name that says nothing.
    static let unknown = SchemaTypes(rawValue: 128)

    /// Deeper choices and references say nothing.
    private static let maxDepth = 32

    /// The types a schema names in `type`, `enum`, `const`, `anyOf`, `oneOf`, `allOf` and local references;
    /// a string where it names none.
    ///
    /// **Source** vLLM `tool_parsers/utils.py` `extract_types_from_schema`; references and `const` are ours.
    init(of schema: JSONValue?, in root: JSONValue?) {
        var budget = 256
        self = Self.types(of: schema, in: root, depth: 0, budget: &budget)
    }

    /// `budget` bounds the visits: choices within choices through references would grow exponentially.
    private static func types(
        of schema: JSONValue?, in root: JSONValue?, depth: Int, budget: inout Int
    ) -> SchemaTypes {
        budget -= 1
        guard case .object(let schema)? = schema, depth < maxDepth, budget > 0 else { return .string }
        var types: SchemaTypes = []
        switch schema["type"] {
        case .string(let name)?: types.insert(named(name))
        case .array(let names)?: for case .string(let name) in names { types.insert(named(name)) }
        default: break
        }
        for value in schema["enum"]?.arrayValue ?? [] { types.insert(kind(of: value)) }
        if let value = schema["const"] { types.insert(kind(of: value)) }
        for field in ["anyOf", "oneOf", "allOf"] {
            for choice in schema[field]?.arrayValue ?? [] {
                types.formUnion(Self.types(of: choice, in: root, depth: depth + 1, budget: &budget))
            }
        }
        if let reference = schema["$ref"]?.stringValue, let target = resolve(reference, in: root) {
            types.formUnion(Self.types(of: target, in: root, depth: depth + 1, budget: &budget))
        }
        if schema["nullable"] == true { types.insert(.null) }
        return types.isEmpty ? .string : types
    }

    /// What `#/$defs/Name` and the like point to.
    static func resolve(_ reference: String, in root: JSONValue?) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        var target = root
        for part in reference.dropFirst(2).split(separator: "/") { target = target?[String(part)] }
        return target
    }

    private static func kind(of value: JSONValue) -> SchemaTypes {
        switch value {
        case .null: .null
        case .bool: .boolean
        case .integer, .longInteger: .integer
        case .double: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    private static func named(_ name: String) -> SchemaTypes {
        switch name.stripped(nil).lowercased() {
        case "null": .null
        case "integer", "int", "int32", "int64", "uint", "uint32", "uint64", "long", "short", "unsigned": .integer
        case "number", "float", "float32", "float64", "double": .number
        case "boolean", "bool": .boolean
        case "object", "dict": .object
        case "array", "arr", "list", "sequence": .array
        case "string", "str", "text", "varchar", "char", "enum": .string
        default: .unknown
        }
    }
}
