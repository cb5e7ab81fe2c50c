/// The texts of digits, all of one length, from `low` to `high` and what may follow them.
struct DigitRange {
    /// Digits, most significant first.
    var low: [UInt8]
    /// As many; nil for all nines.
    var high: [UInt8]?
    /// The digits before them and what the number must be divisible by.
    var remainder = DigitRemainder(value: 0, modulus: 1)
    /// What follows a text between the two, one equal to `low`, one equal to `high`, and one equal to both.
    var afterFree: Regex
    var afterLow: Regex
    var afterHigh: Regex
    var afterBoth: Regex

    /// One digit from `first` to `last`.
    static func digit(_ first: UInt8, _ last: UInt8) -> Regex {
        guard first <= last else { return .nothing }
        return .scalars(ScalarSet([UInt32(first) + 48...UInt32(last) + 48]))
    }

    static let anyDigit = digit(0, 9)

    func regex() -> Regex {
        guard let high else { return lowTail(from: 0, remainder) }
        var place = 0
        var remainder = remainder
        var parts: [Regex] = []
        while place < low.count, low[place] == high[place] {
            parts.append(Self.digit(low[place], low[place]))
            remainder = remainder.appending(UInt64(low[place]))
            place += 1
        }
        guard place < low.count else { return remainder.value == 0 ? .sequence(parts + [afterBoth]) : .nothing }
        let (least, most) = (low[place], high[place])
        parts.append(
            .union([
                .sequence([Self.digit(least, least), lowTail(from: place + 1, remainder.appending(UInt64(least)))]),
                free(least + 1, most - 1, remainder, low.count - place - 1),
                .sequence([Self.digit(most, most), highTail(high, from: place + 1, remainder.appending(UInt64(most)))]),
            ]))
        return .sequence(parts)
    }

    /// The digits from `place` on that are not less than those of `low`.
    private func lowTail(from place: Int, _ remainder: DigitRemainder) -> Regex {
        tail(low, from: place, remainder, then: afterLow, worst: 0) { digit in (digit + 1, 9) }
    }

    /// The digits from `place` on that are not more than those of `high`.
    private func highTail(_ high: [UInt8], from place: Int, _ remainder: DigitRemainder) -> Regex {
        tail(high, from: place, remainder, then: afterHigh, worst: 9) { digit in (0, digit - 1) }
    }

    /// Built from the end, so that no recursion follows the length. Past the last digit that is not the `worst`, all
    /// digits will do.
    private func tail(
        _ bound: [UInt8], from place: Int, _ remainder: DigitRemainder, then end: Regex, worst: UInt8,
        others: (UInt8) -> (UInt8, UInt8)
    ) -> Regex {
        var remainders = [remainder]
        for digit in bound[place...] { remainders.append(remainders[remainders.count - 1].appending(UInt64(digit))) }
        var start = bound.count
        var result = remainders[start - place].value == 0 ? end : .nothing
        if end == afterFree {
            while start > place, bound[start - 1] == worst { start -= 1 }
            result = free(remainders[start - place], bound.count - start)
        }
        while start > place {
            start -= 1
            let digit = bound[start]
            var parts = [Regex.sequence([Self.digit(digit, digit), result])]
            if digit != 9 - worst {
                let (first, last) = others(digit)
                parts.append(free(first, last, remainders[start - place], bound.count - start - 1))
            }
            result = .union(parts)
        }
        return result
    }

    /// A digit from `first` to `last` and `count` more.
    private func free(_ first: UInt8, _ last: UInt8, _ remainder: DigitRemainder, _ count: Int) -> Regex {
        if first > last { return .nothing }
        if remainder.modulus == 1 {
            return .sequence([Self.digit(first, last), free(remainder, count)])
        }
        return .union(
            (first...last).map {
                .sequence([Self.digit($0, $0), free(remainder.appending(UInt64($0)), count)])
            })
    }

    /// Any `count` digits that make the number divisible.
    private func free(_ remainder: DigitRemainder, _ count: Int) -> Regex {
        if !remainder.isDivisible(after: count) { return .nothing }
        let digits = Regex.repeated(Self.anyDigit, atLeast: count, atMost: count)
        if remainder.modulus == 1 { return .sequence([digits, afterFree]) }
        return .sequence([
            .intersection([digits, .digits(prefix: remainder.value, modulus: remainder.modulus)]), afterFree,
        ])
    }
}
