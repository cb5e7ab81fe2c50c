/// Schemas combined.
enum LogicKeywords {
    static func allOf(_ schema: SchemaContext) throws(GrammarError) -> Formula { .each(try schema.schemas("allOf")) }

    /// Draft 3: the schema and these.
    static func extends(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        .each(schema.found("extends")?.children.map { schema.formula(of: $0) } ?? [])
    }

    static func anyOf(_ schema: SchemaContext) throws(GrammarError) -> Formula { .either(try schema.schemas("anyOf")) }

    static func oneOf(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        let branches = try schema.schemas("oneOf").filter { $0 != .never }
        return branches.count == 1 ? branches[0] : branches.isEmpty ? .never : .exactlyOne(branches)
    }

    static func not(_ schema: SchemaContext) -> Formula { schema.schema("not").map { .none($0) } ?? .always }

    /// `if` with `then` and `else`.
    static func condition(_ schema: SchemaContext) -> Formula {
        guard let condition = schema.schema("if") else { return .always }
        let then = schema.schema("then") ?? .always
        let otherwise = schema.schema("else") ?? .always
        if then == .always, otherwise == .always { return .always }
        return .either([.each([condition, then]), .each([.none(condition), otherwise])])
    }
}
