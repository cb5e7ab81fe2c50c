/// A set of numbers as the keywords of JSON Schema describe it.
struct NumberConstraint: Hashable, Sendable {
    struct Bound: Hashable, Sendable {
        var value: Decimal
        var isExclusive = false
    }

    var lower: Bound?
    var upper: Bound?
    /// The number is an integer times each of these (which are positive).
    var multiples: [Decimal] = []
    /// The number is not an integer times any of these (which are positive).
    var nonMultiples: [Decimal] = []
    /// The number is none of these.
    var excluded: [Decimal] = []

    /// Every number.
    init() {}

    /// The integers.
    static var integers: NumberConstraint {
        var result = NumberConstraint()
        result.multiples = [Decimal(1)]
        return result
    }

    /// Whether the number satisfies all of it.
    func contains(_ value: Decimal) -> Bool {
        if let lower, value < lower.value || lower.isExclusive && value == lower.value { return false }
        if let upper, value > upper.value || upper.isExclusive && value == upper.value { return false }
        return multiples.allSatisfy { value.isMultiple(of: $0) }
            && !nonMultiples.contains { value.isMultiple(of: $0) } && !excluded.contains(value)
    }

    /// The numbers that satisfy both.
    func intersection(_ other: NumberConstraint) -> NumberConstraint {
        var result = self
        if let bound = other.lower {
            if let own = lower, bound.value < own.value || bound.value == own.value && own.isExclusive {
            } else {
                result.lower = bound
            }
        }
        if let bound = other.upper {
            if let own = upper, bound.value > own.value || bound.value == own.value && own.isExclusive {
            } else {
                result.upper = bound
            }
        }
        result.multiples += other.multiples.filter { !multiples.contains($0) }
        result.nonMultiples += other.nonMultiples.filter { !nonMultiples.contains($0) }
        result.excluded += other.excluded.filter { !excluded.contains($0) }
        return result
    }

    /// The least common multiple of `multiples`, nil where there are none.
    func divisor() throws(GrammarError) -> DecimalDivisor? {
        var result: DecimalDivisor?
        for multiple in multiples {
            guard let next = DecimalDivisor(multiple),
                let both = result.map({ $0.leastCommonMultiple(with: next) }) ?? next
            else {
                throw GrammarError(.unsupported, keyword: "multipleOf", "multiples of numbers with more than 19 digits")
            }
            result = both
        }
        return result
    }

    /// Whether no number satisfies it.
    func isEmpty() throws(GrammarError) -> Bool {
        guard let values = try values(atMost: 0) else { return false }
        return values.isEmpty
    }

    /// The numbers, ascending, where there are at most `limit`; nil where there are more (or it cannot be told).
    func values(atMost limit: Int) throws(GrammarError) -> [Decimal]? {
        if let lower, let upper {
            if lower.value > upper.value { return [] }
            if lower.value == upper.value {
                if !contains(lower.value) { return [] }
                return limit > 0 ? [lower.value] : nil
            }
        }
        guard let divisor = try divisor() else { return nil }
        // A multiple of a multiple of a number that is left out is left out.
        for number in nonMultiples where divisor.value.isMultiple(of: number) { return [] }
        guard let first = try factors(of: divisor).first, let last = try factors(of: divisor).last else { return nil }
        var values: [Decimal] = []
        var factor = first
        var tries = 0
        while factor <= last {
            let value = factor.multiplied(by: divisor)
            if contains(value) { values.append(value) }
            tries += 1
            if values.count > limit || tries > Self.maxTries + limit { return nil }
            factor = factor.successor
        }
        return values
    }

    /// The factors of the divisor at the bounds, nil where there is no bound.
    func factors(of divisor: DecimalDivisor) throws(GrammarError) -> (first: Decimal?, last: Decimal?) {
        var (first, last): (Decimal?, Decimal?)
        if let lower {
            try Self.checkSize(lower.value, divisor)
            let factor = lower.value.quotient(by: divisor, roundingUp: true)
            first = lower.isExclusive && factor.multiplied(by: divisor) == lower.value ? factor.successor : factor
        }
        if let upper {
            try Self.checkSize(upper.value, divisor)
            let factor = upper.value.quotient(by: divisor, roundingUp: false)
            last = upper.isExclusive && factor.multiplied(by: divisor) == upper.value ? factor.predecessor : factor
        }
        return (first, last)
    }

    /// Most digits of a number that is written out.
    static let maxDigits = 2000
    /// Most numbers that are tried one by one.
    private static let maxTries = 1000

    static func checkSize(_ value: Decimal, _ divisor: DecimalDivisor = .one) throws(GrammarError) {
        if value.isZero { return }
        let places = [
            value.leadingExponent, value.exponent, value.leadingExponent - divisor.exponent, divisor.exponent,
        ]
        if places.contains(where: { abs($0) > maxDigits }) {
            throw GrammarError(.tooComplex, "numbers with more than \(maxDigits) digits")
        }
    }
}
