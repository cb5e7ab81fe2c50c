import MartletJSON

/// What strings look like.
enum StringKeywords {
    static func minLength(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let count = try schema.count("minLength"), count > 0 else { return .always }
        return .assertion(.length(atLeast: count, atMost: nil))
    }

    static func maxLength(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let count = try schema.count("maxLength"), count < .max else { return .always }
        return .assertion(.length(atLeast: 0, atMost: count))
    }

    static func pattern(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let text = try schema.string("pattern") else { return .always }
        return .assertion(.matches(try search(text, "pattern", schema)))
    }

    /// Known formats are asserted; others are annotations, as the standard says.
    static func format(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let name = try schema.string("format") else { return .always }
        guard let language = language(ofFormat: name, schema.dialect) else { return .always }
        return .assertion(.matches(language))
    }

    /// The language of a format; nil for an unknown one.
    static func language(ofFormat name: String, _ dialect: Dialect) -> Regex? {
        switch (name, dialect) {
        case ("ip-address", .draft3): FormatLanguage.named("ipv4")
        case ("host-name", .draft3): FormatLanguage.named("hostname")
        default: FormatLanguage.named(name)
        }
    }

    /// The strings within which the pattern matches somewhere.
    static func search(_ pattern: String, _ keyword: String, _ schema: SchemaContext) throws(GrammarError) -> Regex {
        do {
            return try schema.table.search(pattern)
        } catch {
            throw schema.located(error, keyword)
        }
    }
}
