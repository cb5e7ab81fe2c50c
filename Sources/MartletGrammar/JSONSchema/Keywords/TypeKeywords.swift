import MartletJSON

/// `type`, `enum` and `const`, and what older drafts have beside them.
enum TypeKeywords {
    static func type(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        try union("type", schema, orNull: try schema.flag("nullable") ?? false)
    }

    /// Draft 3: none of these types.
    static func disallow(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        let union = try union("disallow", schema, orNull: false)
        return union == .always ? .never : .not(union)
    }

    static func enumeration(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard case .array(let values)? = schema.value("enum") else {
            throw schema.invalid("enum", "must be an array of the values to choose from")
        }
        return .either(values.map { .assertion(.constant($0)) })
    }

    static func constant(_ schema: SchemaContext) -> Formula {
        schema.value("const").map { .assertion(.constant($0)) } ?? .always
    }

    private static func union(_ keyword: String, _ schema: SchemaContext, orNull: Bool) throws(GrammarError) -> Formula
    {
        guard let found = schema.found(keyword) else { return .always }
        let elements: [JSONValue]
        switch found.value {
        case .string: elements = [found.value]
        case .array(let values) where !values.isEmpty: elements = values
        case let value:
            throw schema.invalid(keyword, "must be the name of a type or an array of names, not \(value.phrase)")
        }
        var types: JSONTypes = orNull ? .null : []
        var allowsIntegers = false
        for case .string(let name) in elements {
            switch name {
            case "null": types.insert(.null)
            case "boolean": types.insert(.boolean)
            case "number": types.insert(.number)
            case "integer": allowsIntegers = true
            case "string": types.insert(.string)
            case "array": types.insert(.array)
            case "object": types.insert(.object)
            case "any" where schema.dialect == .draft3: return .always
            default:
                throw schema.invalid(
                    keyword, "must be null, boolean, number, integer, string, array or object, not \"\(name)\"")
            }
        }
        var parts: [Formula] = types.isEmpty ? [] : [.assertion(.type(types))]
        if allowsIntegers, !types.contains(.number) { parts.append(integers(schema.dialect)) }
        for element in elements {
            switch element {
            case .string: break
            case .object where schema.dialect == .draft3: break
            case let value: throw schema.invalid(keyword, "must hold names of types, not \(value.phrase)")
            }
        }
        return .either(parts + found.children.map { schema.formula(of: $0) })
    }

    private static func integers(_ dialect: Dialect) -> Formula {
        let integers: [Formula] = [.assertion(.type(.number)), .assertion(.multipleOf(Decimal(1)))]
        return .all(integers + (dialect <= .draft4 ? [.assertion(.writtenAsInteger)] : []))
    }
}
