/// Numbers that satisfy a constraint and are spelled in a certain way.
struct NumberSet: Hashable {
    enum Spelling: Hashable {
        case any
        /// Without fraction and exponent.
        case integer
        /// With a fraction or an exponent.
        case other
    }

    var constraint = NumberConstraint()
    var spelling = Spelling.any

    func intersection(_ other: NumberSet) -> NumberSet? {
        var both = self
        both.constraint = constraint.intersection(other.constraint)
        if spelling == .any { both.spelling = other.spelling }
        return other.spelling == .any || other.spelling == both.spelling ? both : nil
    }

    func contains(_ number: Decimal) -> Bool {
        constraint.contains(number) && (spelling != .integer || number.isMultiple(of: Decimal(1)))
    }

    func isEmpty() throws(GrammarError) -> Bool { try written.isEmpty() }

    func values(atMost limit: Int) throws(GrammarError) -> [Decimal]? { try written.values(atMost: limit) }

    /// With what the spelling says of the number.
    private var written: NumberConstraint {
        guard spelling == .integer else { return constraint }
        var integers = NumberConstraint()
        integers.multiples = [Decimal(1)]
        return constraint.intersection(integers)
    }

    /// What is spelled as an integer.
    static let integerSpelling = Regex.sequence([
        .union([.empty, .literal("-")]),
        .union([
            .literal("0"),
            .sequence([
                .scalars(ScalarSet("1"..."9")), .repeated(.scalars(ScalarSet("0"..."9")), atLeast: 0, atMost: nil),
            ]),
        ]),
    ])
}
