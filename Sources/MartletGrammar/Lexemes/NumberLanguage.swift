/// The JSON spellings of sets of numbers.
///
/// - Every number: whatever JSON allows. Every integer: `-?int(\.0+)?` with or without an exponent that is not negative.
/// - Otherwise all plain spellings (`2.250` and `100.0` too, and `-0` for zero), and where there is no `multipleOf`
///   those in normalised scientific notation: one digit that is not zero, a fraction, an exponent.
enum NumberLanguage {
    /// The spellings of one number: plain and in normalised scientific notation.
    static func spellings(of number: Decimal) throws(GrammarError) -> Regex {
        if number.isZero { return .sequence([optionalMinus, anyZero]) }
        try NumberConstraint.checkSize(number)
        let (integer, fraction) = number.plainDigits
        let plain = Regex.sequence([literal(integer), point(fraction)])
        let scientific = Regex.sequence([
            literal([number.digits[0]]), point(Array(number.digits.dropFirst())),
            exponents(from: number.leadingExponent, through: number.leadingExponent),
        ])
        return .sequence([number.isNegative ? .literal("-") : .empty, .union([plain, scientific])])
    }

    /// Both signs; without what the constraint leaves out.
    static func signed(_ constraint: NumberConstraint) throws(GrammarError) -> Regex {
        var bounds = NumberConstraint()
        bounds.lower = constraint.lower
        bounds.upper = constraint.upper
        let hasZero = bounds.contains(.zero)
        let divisor = try constraint.divisor()
        let isPlain = divisor != nil || !constraint.nonMultiples.isEmpty
        var alternatives: [Regex] = []
        let zero = NumberConstraint.Bound(value: .zero, isExclusive: !hasZero)
        for isNegative in [false, true] {
            let (near, far) = isNegative ? (bounds.upper, bounds.lower) : (bounds.lower, bounds.upper)
            if let far, far.value.isNegative != isNegative || far.value.isZero {
                if hasZero { alternatives.append(.sequence([sign(isNegative), isPlain ? plainZero : anyZero])) }
                continue
            }
            var low = zero
            if let near, !near.value.isZero, near.value.isNegative == isNegative {
                low = NumberConstraint.Bound(value: near.value.magnitude, isExclusive: near.isExclusive)
            }
            let high = far.map { NumberConstraint.Bound(value: $0.value.magnitude, isExclusive: $0.isExclusive) }
            var magnitudes: [Regex] = []
            if let divisor {
                magnitudes.append(try multiples(of: divisor, low, high))
            } else {
                magnitudes.append(try NumberInterval(low, high).plain())
                if !isPlain { magnitudes.append(try NumberInterval(low, high).scientific()) }
                if hasZero, !isPlain { magnitudes.append(anyZero) }
            }
            alternatives.append(.sequence([sign(isNegative), .union(magnitudes)]))
        }
        return .union(alternatives)
    }

    /// The plain spellings of the multiples between the bounds, which are not negative.
    private static func multiples(
        of divisor: DecimalDivisor, _ low: NumberConstraint.Bound, _ high: NumberConstraint.Bound?
    ) throws(GrammarError) -> Regex {
        if divisor.exponent < 0 {
            let plain = try NumberInterval(low, high).plain()
            return .intersection([plain, .decimals(modulus: divisor.coefficient, places: -divisor.exponent)])
        }
        var bounds = NumberConstraint()
        bounds.lower = low
        bounds.upper = high
        var (first, last) = try bounds.factors(of: divisor)
        var alternatives: [Regex] = []
        if first?.isZero ?? true {
            alternatives.append(plainZero)
            first = Decimal(1)
        }
        if let first, last.map({ first <= $0 }) ?? true {
            // The zeros of the divisor are written out after the digits.
            let digits = DecimalDivisor(coefficient: divisor.coefficient)
            last = last?.multiplied(by: digits)
            let numbers = integers(
                from: first.multiplied(by: digits), through: last, modulus: divisor.coefficient,
                then: .sequence([zeros(divisor.exponent), zeroFraction]))
            alternatives.append(numbers)
        }
        return .union(alternatives)
    }

    /// The positive integers between two that are divisible by `modulus`, as the bounds are.
    static func integers(
        from first: Decimal, through last: Decimal?, modulus: UInt64 = 1, then rest: Regex
    ) -> Regex {
        let low = first.plainDigits.integer
        let high = last?.plainDigits.integer
        return lengths(
            low, high,
            range: { low, high in
                DigitRange(
                    low: low, high: high, remainder: DigitRemainder(value: 0, modulus: modulus), afterFree: rest,
                    afterLow: rest, afterHigh: rest, afterBoth: rest)
            },
            between: { fewest, most in
                let digits = Regex.sequence([DigitRange.digit(1, 9), digits(fewest - 1, most.map { $0 - 1 })])
                if modulus == 1 { return .sequence([digits, rest]) }
                return .sequence([.intersection([digits, .digits(prefix: 0, modulus: modulus)]), rest])
            })
    }

    /// Numbers of several lengths: those as long as `low`, those as long as `high`, and those between them.
    static func lengths(
        _ low: [UInt8], _ high: [UInt8]?, range: (_ low: [UInt8], _ high: [UInt8]?) -> DigitRange,
        between: (_ fewest: Int, _ most: Int?) -> Regex
    ) -> Regex {
        if let high, high.count < low.count { return .nothing }
        if let high, high.count == low.count {
            return low.lexicographicallyPrecedes(high) || low == high ? range(low, high).regex() : .nothing
        }
        var alternatives = [range(low, nil).regex()]
        let most = high.map { $0.count - 1 }
        if most.map({ $0 > low.count }) ?? true { alternatives.append(between(low.count + 1, most)) }
        if let high {
            let least: [UInt8] = [1] + Array(repeating: 0, count: high.count - 1)
            alternatives.append(range(least, high).regex())
        }
        return .union(alternatives)
    }

    static func plainMultiples(of number: Decimal) throws(GrammarError) -> Regex {
        var constraint = NumberConstraint()
        constraint.multiples = [number]
        return try signed(constraint)
    }
}

extension NumberConstraint {
    /// The spellings of exactly the numbers that satisfy it.
    func regex() throws(GrammarError) -> Regex {
        if self == NumberConstraint() { return NumberLanguage.numbers }
        if self == .integers { return NumberLanguage.integers }
        var parts = [try NumberLanguage.signed(self)]
        for number in nonMultiples { parts.append(.complement(try NumberLanguage.plainMultiples(of: number))) }
        var bounded = self
        bounded.excluded = []
        var left: [Regex] = []
        for number in excluded where bounded.contains(number) { left.append(try NumberLanguage.spellings(of: number)) }
        if !left.isEmpty { parts.append(.complement(.union(left))) }
        return parts.count == 1 ? parts[0] : .intersection(parts)
    }
}

extension NumberLanguage {
    /// Every number.
    static let numbers = Regex.sequence([
        optionalMinus, anyInteger, anyFraction, optional(.sequence([exponentMark, anyExponent])),
    ])
    /// Every integer.
    static let integers = Regex.sequence([
        optionalMinus, anyInteger, zeroFraction,
        optional(.sequence([exponentMark, optional(.literal("+")), smallMagnitude])),
    ])
    /// The largest exponent where bounds do not ask for more. What overflows a double reads as infinity, which is no
    /// integer and no JSON; what underflows as zero, which may be out of bounds.
    static let maxExponent = 299
    /// 0 to `maxExponent`, of at most three digits.
    static let smallMagnitude = Regex.union([
        digits(1, 2), .sequence([DigitRange.digit(0, 2), digits(2, 2)]),
    ])
    static let optionalMinus = optional(.literal("-"))
    static let exponentMark = Regex.scalars(ScalarSet(anyOf: "eE"))
    static let anyInteger = Regex.union([.literal("0"), .sequence([DigitRange.digit(1, 9), digits(0, nil)])])
    static let anyFraction = optional(.sequence([.literal("."), digits(1, nil)]))
    static let zeroFraction = optional(.sequence([.literal("."), .repeated(.literal("0"), atLeast: 1, atMost: nil)]))
    static let anyExponent = Regex.sequence([optional(.scalars(ScalarSet(anyOf: "+-"))), smallMagnitude])
    static let plainZero = Regex.sequence([.literal("0"), zeroFraction])
    static let anyZero = Regex.sequence([plainZero, optional(.sequence([exponentMark, anyExponent]))])

    static func optional(_ part: Regex) -> Regex { .repeated(part, atLeast: 0, atMost: 1) }

    static func digits(_ atLeast: Int, _ atMost: Int?) -> Regex {
        .repeated(DigitRange.anyDigit, atLeast: atLeast, atMost: atMost)
    }

    static func zeros(_ count: Int) -> Regex { .repeated(.literal("0"), atLeast: count, atMost: count) }

    static func literal(_ digits: [UInt8]) -> Regex { .sequence(digits.map { DigitRange.digit($0, $0) }) }

    private static func sign(_ isNegative: Bool) -> Regex { isNegative ? .literal("-") : .empty }

    /// A fraction of these digits, and any number of zeros.
    private static func point(_ fraction: [UInt8]) -> Regex {
        if fraction.isEmpty { return zeroFraction }
        return .sequence([.literal("."), literal(fraction), .repeated(.literal("0"), atLeast: 0, atMost: nil)])
    }

    /// `e` and the integers between the bounds, with any sign and leading zeros that JSON allows.
    static func exponents(from first: Int?, through last: Int?) -> Regex {
        func magnitudes(_ low: Int, _ high: Int) -> Regex {
            var alternatives: [Regex] = []
            if low == 0 { alternatives.append(.repeated(.literal("0"), atLeast: 1, atMost: nil)) }
            if high > 0 {
                let numbers = integers(from: Decimal(max(low, 1)), through: Decimal(high), then: .empty)
                alternatives.append(.sequence([.repeated(.literal("0"), atLeast: 0, atMost: nil), numbers]))
            }
            return .union(alternatives)
        }
        let first = first ?? min(-maxExponent, last ?? 0)
        let last = last ?? max(maxExponent, first)
        var alternatives: [Regex] = []
        if last >= 0 { alternatives.append(.sequence([optional(.literal("+")), magnitudes(max(first, 0), last)])) }
        if first <= 0 { alternatives.append(.sequence([.literal("-"), magnitudes(max(-last, 0), -first)])) }
        return .sequence([exponentMark, .union(alternatives)])
    }
}
