/// Spellings of the numbers between two bounds that are not negative.
struct NumberInterval {
    private let low: NumberConstraint.Bound
    private let high: NumberConstraint.Bound?

    init(_ low: NumberConstraint.Bound, _ high: NumberConstraint.Bound?) throws(GrammarError) {
        try NumberConstraint.checkSize(low.value)
        if let high { try NumberConstraint.checkSize(high.value) }
        self.low = low
        self.high = high
    }

    private var isNothing: Bool {
        guard let high else { return false }
        return low.value > high.value || low.value == high.value && (low.isExclusive || high.isExclusive)
    }

    /// All without exponent.
    func plain() -> Regex {
        if isNothing { return .nothing }
        let (least, fraction) = low.value.plainDigits
        let fractions = FractionBounds(
            low: fraction, isLowExclusive: low.isExclusive, high: high?.value.plainDigits.fraction,
            isHighExclusive: high?.isExclusive ?? false)
        return NumberLanguage.lengths(
            least, high?.value.plainDigits.integer,
            range: { digits, most in
                let isLow = digits == least
                let any = NumberLanguage.anyFraction
                return DigitRange(
                    low: digits, high: most, afterFree: any, afterLow: isLow ? fractions.afterLow() : any,
                    afterHigh: fractions.afterHigh(), afterBoth: isLow ? fractions.afterBoth() : fractions.afterHigh())
            },
            between: { fewest, most in
                .sequence([
                    DigitRange.digit(1, 9), NumberLanguage.digits(fewest - 1, most.map { $0 - 1 }),
                    NumberLanguage.anyFraction,
                ])
            })
    }

    /// All in normalised scientific notation, without zero.
    func scientific() -> Regex {
        if isNothing { return .nothing }
        if let high, high.value.isZero { return .nothing }
        let first = low.value.isZero ? nil : low.value.leadingExponent
        let last = high?.value.leadingExponent
        if let first, first == last { return mantissas(atLeast: low, atMost: high, exponent: first) }
        var alternatives: [Regex] = []
        if let first { alternatives.append(mantissas(atLeast: low, atMost: nil, exponent: first)) }
        if let last { alternatives.append(mantissas(atLeast: nil, atMost: high, exponent: last)) }
        let (next, previous) = (first.map { $0 + 1 }, last.map { $0 - 1 })
        if next == nil || previous == nil || next ?? 0 <= previous ?? 0 {
            alternatives.append(
                .sequence([
                    DigitRange.digit(1, 9), NumberLanguage.anyFraction,
                    NumberLanguage.exponents(from: next, through: previous),
                ]))
        }
        return .union(alternatives)
    }

    /// The numbers of one exponent.
    private func mantissas(
        atLeast low: NumberConstraint.Bound?, atMost high: NumberConstraint.Bound?, exponent: Int
    ) -> Regex {
        let fractions = FractionBounds(
            low: low.map { Array($0.value.digits.dropFirst()) } ?? [], isLowExclusive: low?.isExclusive ?? false,
            high: high.map { Array($0.value.digits.dropFirst()) }, isHighExclusive: high?.isExclusive ?? false)
        let digits = DigitRange(
            low: low.map { [$0.value.digits[0]] } ?? [1], high: high.map { [$0.value.digits[0]] },
            afterFree: NumberLanguage.anyFraction, afterLow: fractions.afterLow(), afterHigh: fractions.afterHigh(),
            afterBoth: fractions.afterBoth())
        return .sequence([digits.regex(), NumberLanguage.exponents(from: exponent, through: exponent)])
    }
}

/// The fractions (with their point, where there is one) that may follow an integer part equal to that of a bound.
struct FractionBounds {
    /// Without zeros at the end.
    let low: [UInt8]
    let isLowExclusive: Bool
    /// Nil where there is no upper bound.
    let high: [UInt8]?
    let isHighExclusive: Bool

    init(low: [UInt8], isLowExclusive: Bool, high: [UInt8]?, isHighExclusive: Bool) {
        self.low = low
        self.isLowExclusive = isLowExclusive
        self.high = high
        self.isHighExclusive = isHighExclusive
    }

    private static let any = NumberLanguage.digits(0, nil)
    private static let zeros = Regex.repeated(.literal("0"), atLeast: 0, atMost: nil)

    /// After the integer part of the lower bound.
    func afterLow() -> Regex {
        if low.isEmpty, !isLowExclusive { return NumberLanguage.anyFraction }
        return .sequence([.literal("."), lowTail(from: 0)])
    }

    /// After the integer part of the upper bound.
    func afterHigh() -> Regex {
        guard let high else { return NumberLanguage.anyFraction }
        if high.isEmpty { return isHighExclusive ? .nothing : NumberLanguage.zeroFraction }
        return NumberLanguage.optional(.sequence([.literal("."), highTail(high, from: 0)]))
    }

    /// After the integer part of both.
    func afterBoth() -> Regex {
        guard let high else { return afterLow() }
        let length = max(low.count, high.count)
        func digit(_ digits: [UInt8], _ place: Int) -> UInt8 { place < digits.count ? digits[place] : 0 }
        // Equal to both bounds all the way.
        var result = isLowExclusive || isHighExclusive ? Regex.nothing : Self.zeros
        for place in (0..<length).reversed() {
            let (least, most) = (digit(low, place), digit(high, place))
            var alternatives: [Regex] = []
            if least == most {
                alternatives.append(.sequence([DigitRange.digit(least, least), result]))
            } else if least < most {
                alternatives.append(.sequence([DigitRange.digit(least, least), lowTail(from: place + 1)]))
                if most - least > 1 {
                    alternatives.append(.sequence([DigitRange.digit(least + 1, most - 1), Self.any]))
                }
                alternatives.append(.sequence([DigitRange.digit(most, most), highTail(high, from: place + 1)]))
            }
            // It may end once it is not less than the lower bound; what follows of the upper one makes it less than that.
            let mayEnd = place >= low.count && !isLowExclusive && (place < high.count || !isHighExclusive)
            if mayEnd, place > 0 { alternatives.append(.empty) }
            result = .union(alternatives)
        }
        let mayBeAbsent = low.isEmpty && !isLowExclusive && (!high.isEmpty || !isHighExclusive)
        let fraction = Regex.sequence([.literal("."), length == 0 ? .sequence([.literal("0"), result]) : result])
        return mayBeAbsent ? NumberLanguage.optional(fraction) : fraction
    }

    /// The digits from `place` on that are not less than the lower bound's; there may be none.
    private func lowTail(from place: Int) -> Regex {
        var result = Self.any
        if isLowExclusive { result = .sequence([Self.zeros, DigitRange.digit(1, 9), Self.any]) }
        guard place < low.count else { return result }
        for digit in low[place...].reversed() {
            var alternatives = [Regex.sequence([DigitRange.digit(digit, digit), result])]
            if digit < 9 { alternatives.append(.sequence([DigitRange.digit(digit + 1, 9), Self.any])) }
            result = .union(alternatives)
        }
        return result
    }

    /// The digits from `place` on that are not more than the upper bound's; none is fewer, except right after the point.
    private func highTail(_ high: [UInt8], from place: Int) -> Regex {
        var result = isHighExclusive ? Regex.nothing : Self.zeros
        guard place < high.count else { return result }
        for position in (place..<high.count).reversed() {
            let digit = high[position]
            var alternatives = [Regex.sequence([DigitRange.digit(digit, digit), result])]
            if digit > 0 { alternatives.append(.sequence([DigitRange.digit(0, digit - 1), Self.any])) }
            if position > 0 { alternatives.append(.empty) }
            result = .union(alternatives)
        }
        return result
    }
}
