import MartletJSON

/// The properties of objects.
enum ObjectKeywords {
    /// Declares the order as well, so that properties without any constraint are kept. Draft 3 says `required` in the
    /// property's own schema.
    static func properties(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        var parts: [Formula] = []
        for (name, node) in try schema.namedSchemas("properties") {
            parts.append(.assertion(.property(name, schema.formula(of: node))))
            if schema.document.nodes[node].value["required"] == .bool(true) {
                parts.append(.assertion(.required(name)))
            }
        }
        return .each(parts)
    }

    static func required(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        // Draft 3: a flag that speaks of this schema as a property, for `properties` to read.
        if case .bool? = schema.value("required") { return .always }
        return .each(try names("required", schema.value("required"), schema).map { .assertion(.required($0)) })
    }

    static func patternProperties(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        var parts: [Formula] = []
        for (pattern, node) in try schema.namedSchemas("patternProperties") {
            let language = try StringKeywords.search(pattern, "patternProperties", schema)
            let property = schema.formula(of: node)
            if property != .always { parts.append(.assertion(.properties(named: language, property))) }
        }
        return .each(parts)
    }

    static func additionalProperties(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let property = schema.schema("additionalProperties"), property != .always else { return .always }
        return .assertion(.properties(named: .complement(.union(try declared(schema))), property))
    }

    static func propertyNames(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let name = schema.schema("propertyNames"), name != .always else { return .always }
        return .assertion(.propertyNames(name))
    }

    static func minProperties(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let count = try schema.count("minProperties"), count > 0 else { return .always }
        return .assertion(.propertyCount(atLeast: count, atMost: nil))
    }

    static func maxProperties(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let count = try schema.count("maxProperties"), count < .max else { return .always }
        return .assertion(.propertyCount(atLeast: 0, atMost: count))
    }

    /// Where the options close objects: nothing but the declared properties, if there is a declaration that leaves it
    /// open.
    static func closedByOption(_ schema: SchemaContext) throws(GrammarError) -> Formula? {
        guard schema.table.options.disableAdditionalProperties, schema.value("additionalProperties") == nil,
            schema.value("unevaluatedProperties") == nil,
            schema.value("properties") != nil || schema.value("patternProperties") != nil
        else { return nil }
        return .assertion(.properties(named: .complement(.union(try declared(schema))), .never))
    }

    /// The names that `properties` and `patternProperties` speak of.
    private static func declared(_ schema: SchemaContext) throws(GrammarError) -> [Regex] {
        var names: [Regex] = []
        for (name, _) in try schema.namedSchemas("properties") { names.append(.literal(name)) }
        for (pattern, _) in try schema.namedSchemas("patternProperties") {
            names.append(try StringKeywords.search(pattern, "patternProperties", schema))
        }
        return names
    }

    /// The names in a value that must be an array of strings.
    static func names(
        _ keyword: String, _ value: JSONValue?, _ schema: SchemaContext
    ) throws(GrammarError) -> [String] {
        guard let value else { return [] }
        let names = value.arrayValue?.compactMap(\.stringValue)
        guard let names, names.count == value.arrayValue?.count else {
            throw schema.invalid(keyword, "must be an array of names of properties, not \(value.phrase)")
        }
        return names
    }
}
