/// A positive divisor whose digits fit 64 bits.
struct DecimalDivisor: Hashable, Sendable {
    /// Not divisible by ten.
    let coefficient: UInt64
    let exponent: Int

    /// Nil for zero, negative numbers and numbers of too many digits.
    init?(_ value: Decimal) {
        guard !value.isZero, !value.isNegative, let coefficient = value.coefficient else { return nil }
        self.coefficient = coefficient
        exponent = value.exponent
    }

    /// `coefficient`, which is not zero and has no zero at its end where there is an exponent, times ten to the `exponent`.
    init(coefficient: UInt64, exponent: Int = 0) {
        self.coefficient = coefficient
        self.exponent = exponent
    }

    static let one = DecimalDivisor(coefficient: 1)

    var value: Decimal { Decimal(isNegative: false, coefficient: coefficient, exponent: exponent) }

    /// What is left of the coefficient without the factors two and five, and the powers of these in the value.
    private var factors: (rest: UInt64, twos: Int, fives: Int) {
        var rest = coefficient
        var (twos, fives) = (exponent, exponent)
        while rest % 2 == 0 {
            rest /= 2
            twos += 1
        }
        while rest % 5 == 0 {
            rest /= 5
            fives += 1
        }
        return (rest, twos, fives)
    }

    /// The least positive number that is an integer times both; nil where its digits do not fit 64 bits.
    func leastCommonMultiple(with other: DecimalDivisor) -> DecimalDivisor? {
        let (left, right) = (factors, other.factors)
        var (a, b) = (left.rest, right.rest)
        while b != 0 { (a, b) = (b, a % b) }
        let (rest, overflow) = left.rest.multipliedReportingOverflow(by: right.rest / a)
        if overflow { return nil }
        let (twos, fives) = (max(left.twos, right.twos), max(left.fives, right.fives))
        let exponent = min(twos, fives)
        var coefficient = rest
        for _ in 0..<abs(twos - fives) {
            let (product, overflow) = coefficient.multipliedReportingOverflow(by: twos > fives ? 2 : 5)
            if overflow { return nil }
            coefficient = product
        }
        return DecimalDivisor(coefficient: coefficient, exponent: exponent)
    }
}

extension Decimal {
    init(isNegative: Bool, coefficient: UInt64, exponent: Int) {
        self.init(isNegative: isNegative, digits: String(coefficient).utf8.map { $0 - 48 }, exponent: exponent)
    }

    /// The digits before the point of the magnitude, `[0]` at least, and those after it.
    var plainDigits: (integer: [UInt8], fraction: [UInt8]) {
        if isZero { return ([0], []) }
        if exponent >= 0 { return (digits + Array(repeating: 0, count: exponent), []) }
        if leadingExponent < 0 { return ([0], Array(repeating: 0, count: -leadingExponent - 1) + digits) }
        return (Array(digits[...leadingExponent]), Array(digits[(leadingExponent + 1)...]))
    }

    /// The integer nearest to this number divided by `divisor`, in the direction asked for.
    func quotient(by divisor: DecimalDivisor, roundingUp: Bool) -> Decimal {
        let scaled = scaled(byPowerOfTen: -divisor.exponent)
        let (integer, fraction) = scaled.plainDigits
        var quotient: [UInt8] = []
        var remainder: UInt64 = 0
        for digit in integer {
            let product = remainder.multipliedFullWidth(by: 10)
            let (low, carry) = product.low.addingReportingOverflow(UInt64(digit))
            let step = divisor.coefficient.dividingFullWidth((product.high + (carry ? 1 : 0), low))
            quotient.append(UInt8(step.quotient))
            remainder = step.remainder
        }
        let isExact = remainder == 0 && fraction.isEmpty
        let truncated = Decimal(isNegative: isNegative, digits: quotient, exponent: 0)
        if isExact || roundingUp == isNegative { return truncated }
        return truncated.movedFromZero(isNegative: isNegative)
    }

    /// The integer next to this one, away from zero; on the side asked for where this is zero.
    private func movedFromZero(isNegative: Bool) -> Decimal {
        var digits = plainDigits.integer
        var place = digits.count - 1
        while place >= 0, digits[place] == 9 {
            digits[place] = 0
            place -= 1
        }
        if place >= 0 { digits[place] += 1 } else { digits.insert(1, at: 0) }
        return Decimal(isNegative: isNegative, digits: digits, exponent: 0)
    }

    /// This integer plus one.
    var successor: Decimal {
        if !isNegative { return movedFromZero(isNegative: false) }
        var digits = plainDigits.integer
        var place = digits.count - 1
        while digits[place] == 0 {
            digits[place] = 9
            place -= 1
        }
        digits[place] -= 1
        return Decimal(isNegative: true, digits: digits, exponent: 0)
    }

    var predecessor: Decimal { negated.successor.negated }

    func multiplied(by divisor: DecimalDivisor) -> Decimal {
        var product: [UInt8] = []
        var carry: UInt64 = 0
        for digit in digits.reversed() {
            let (high, low) = divisor.coefficient.multipliedFullWidth(by: UInt64(digit))
            let (sum, overflow) = low.addingReportingOverflow(carry)
            let step = UInt64(10).dividingFullWidth((high + (overflow ? 1 : 0), sum))
            product.append(UInt8(step.remainder))
            carry = step.quotient
        }
        while carry > 0 {
            product.append(UInt8(carry % 10))
            carry /= 10
        }
        return Decimal(isNegative: isNegative, digits: product.reversed(), exponent: exponent + divisor.exponent)
    }
}
