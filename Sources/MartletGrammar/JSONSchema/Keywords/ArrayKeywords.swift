import MartletJSON

/// The items of arrays.
enum ArrayKeywords {
    static func minItems(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let count = try schema.count("minItems"), count > 0 else { return .always }
        return .assertion(.itemCount(atLeast: count, atMost: nil))
    }

    static func maxItems(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let count = try schema.count("maxItems"), count < .max else { return .always }
        return .assertion(.itemCount(atLeast: 0, atMost: count))
    }

    static func uniqueItems(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        try schema.flag("uniqueItems") == true ? .assertion(.uniqueItems) : .always
    }

    static func prefixItems(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        .each(positions(try schema.schemas("prefixItems")))
    }

    /// A schema for all items after `prefixItems`; or, up to draft 2019-09, an array of schemas for the first ones.
    static func items(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let found = schema.found("items") else { return .always }
        if case .array = found.value { return .each(positions(found.children.map { schema.formula(of: $0) })) }
        return rest(from: schema.found("prefixItems")?.children.count ?? 0, schema.schema("items"))
    }

    /// A schema for all items after the array of `items`; without that array it says nothing.
    static func additionalItems(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let items = schema.found("items"), case .array = items.value else { return .always }
        return rest(from: items.children.count, schema.schema("additionalItems"))
    }

    static func contains(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let item = schema.schema("contains") else { return .always }
        let least = try schema.count("minContains") ?? 1
        let most = try schema.count("maxContains")
        if least == 0, most == nil { return .always }
        return .assertion(.contains(item, atLeast: least, atMost: most))
    }

    private static func positions(_ schemas: [Formula]) -> [Formula] {
        schemas.enumerated().map { $0.element == .always ? .always : .assertion(.item(index: $0.offset, $0.element)) }
    }

    private static func rest(from index: Int, _ schema: Formula?) -> Formula {
        guard let schema, schema != .always else { return .always }
        return .assertion(.items(from: index, schema))
    }
}
