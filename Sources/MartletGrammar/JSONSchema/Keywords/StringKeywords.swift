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
        let language = FormatLanguage.named(schema.dialect == .draft3 ? today(name) : name)
        return language.map { .assertion(.matches($0)) } ?? .always
    }

    /// What draft 3's name of a format has become.
    private static func today(_ name: String) -> String {
        switch name {
        case "ip-address": "ipv4"
        case "host-name": "hostname"
        default: name
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
