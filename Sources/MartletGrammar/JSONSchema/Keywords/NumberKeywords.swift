import MartletJSON

/// Bounds and divisors of numbers.
enum NumberKeywords {
    static func minimum(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let number = try schema.number("minimum") else { return .always }
        return .assertion(.atLeast(number, exclusive: schema.value("exclusiveMinimum") == .bool(true)))
    }

    static func maximum(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let number = try schema.number("maximum") else { return .always }
        return .assertion(.atMost(number, exclusive: schema.value("exclusiveMaximum") == .bool(true)))
    }

    static func exclusiveMinimum(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let number = try exclusive("exclusiveMinimum", "minimum", schema) else { return .always }
        return .assertion(.atLeast(number, exclusive: true))
    }

    static func exclusiveMaximum(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let number = try exclusive("exclusiveMaximum", "maximum", schema) else { return .always }
        return .assertion(.atMost(number, exclusive: true))
    }

    static func multipleOf(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        try divisor("multipleOf", schema)
    }

    /// Draft 3's name of `multipleOf`.
    static func divisibleBy(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        try divisor("divisibleBy", schema)
    }

    /// The bound of an exclusive keyword; nil where it is a flag of the inclusive one, as in drafts 3 and 4.
    private static func exclusive(
        _ keyword: String, _ inclusive: String, _ schema: SchemaContext
    ) throws(GrammarError) -> Decimal? {
        switch schema.value(keyword) {
        case nil, .bool: return nil
        case let value?:
            guard let number = Decimal(value) else {
                throw schema.invalid(keyword, "must be a number (or true beside \(inclusive)), not \(value.phrase)")
            }
            return number
        }
    }

    private static func divisor(_ keyword: String, _ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let number = try schema.number(keyword) else { return .always }
        guard !number.isNegative, !number.digits.isEmpty else {
            throw schema.invalid(keyword, "must be greater than 0, not \(schema.value(keyword)?.phrase ?? "")")
        }
        return .assertion(.multipleOf(number))
    }
}
