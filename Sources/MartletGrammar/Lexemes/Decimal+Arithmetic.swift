import MartletJSON

extension Decimal: Comparable {
    static let zero = Decimal(0)

    var isZero: Bool { digits.isEmpty }

    var isInteger: Bool { exponent >= 0 }

    var negated: Decimal { Decimal(isNegative: !isNegative, digits: digits, exponent: exponent) }

    var magnitude: Decimal { Decimal(isNegative: false, digits: digits, exponent: exponent) }

    /// Power of ten of the first digit; of no use for zero.
    var leadingExponent: Int { exponent + digits.count - 1 }

    /// This number times ten to the `power`.
    func scaled(byPowerOfTen power: Int) -> Decimal {
        Decimal(isNegative: isNegative, digits: digits, exponent: exponent + power)
    }

    static func < (left: Decimal, right: Decimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? compare(right, left) < 0 : compare(left, right) < 0
    }

    /// The sign of the difference of the magnitudes.
    private static func compare(_ left: Decimal, _ right: Decimal) -> Int {
        if left.isZero || right.isZero { return (left.isZero ? 0 : 1) - (right.isZero ? 0 : 1) }
        if left.leadingExponent != right.leadingExponent {
            return left.leadingExponent < right.leadingExponent ? -1 : 1
        }
        for (a, b) in zip(left.digits, right.digits) where a != b { return a < b ? -1 : 1 }
        // Neither ends with zeros, so the longer one is larger.
        return left.digits.count - right.digits.count
    }

    /// The remainder of the magnitude, times ten to the `power` (which must make it an integer), by `modulus`.
    func remainder(timesPowerOfTen power: Int, by modulus: UInt64) -> UInt64 {
        var remainder = DigitRemainder(value: 0, modulus: modulus)
        for digit in digits { remainder = remainder.appending(UInt64(digit)) }
        var zeros = exponent + power
        var factor = DigitRemainder(value: 10, modulus: modulus)
        var result = remainder.value
        while zeros > 0 {
            if zeros & 1 != 0 { result = multiply(result, factor.value, modulus) }
            factor = DigitRemainder(value: multiply(factor.value, factor.value, modulus), modulus: modulus)
            zeros >>= 1
        }
        return result
    }

    private func multiply(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
        modulus.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }

    /// Whether this is an integer times `divisor` (which is not zero).
    func isMultiple(of divisor: Decimal) -> Bool {
        if isZero { return true }
        // The last digit is not zero, so no power of ten divides the digits.
        if divisor.exponent > exponent { return false }
        if let modulus = divisor.coefficient {
            return remainder(timesPowerOfTen: -divisor.exponent, by: modulus) == 0
        }
        // More zeros than the divisor has factors of two or five change nothing.
        let zeros = min(exponent - divisor.exponent, divisor.digits.count * 4)
        var rest: [UInt8] = []
        for digit in digits + Array(repeating: 0, count: zeros) {
            rest.append(digit)
            rest.removeFirst(rest.prefix { $0 == 0 }.count)
            while !Self.subtract(divisor.digits, from: &rest) {}
        }
        return rest.isEmpty
    }

    /// Subtracts where that leaves no negative number; true where it would.
    private static func subtract(_ digits: [UInt8], from rest: inout [UInt8]) -> Bool {
        if rest.count < digits.count || rest.count == digits.count && rest.lexicographicallyPrecedes(digits) {
            return true
        }
        var borrow: Int8 = 0
        for place in 1...rest.count {
            let digit = place <= digits.count ? Int8(digits[digits.count - place]) : 0
            var difference = Int8(rest[rest.count - place]) - digit - borrow
            borrow = difference < 0 ? 1 : 0
            if difference < 0 { difference += 10 }
            rest[rest.count - place] = UInt8(difference)
        }
        rest.removeFirst(rest.prefix { $0 == 0 }.count)
        return false
    }

    /// The digits as one number; nil where that takes more than 64 bits.
    var coefficient: UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if tooLarge || carry { return nil }
            value = sum
        }
        return value
    }
}

extension Decimal: CustomStringConvertible {
    /// As JSON spells it, plain up to 21 digits.
    var description: String {
        if isZero { return "0" }
        let sign = isNegative ? "-" : ""
        let text = digits.map { String($0) }.joined()
        if exponent >= 0, leadingExponent < 21 { return sign + text + String(repeating: "0", count: exponent) }
        if exponent < 0, leadingExponent >= 0 {
            let point = text.index(text.startIndex, offsetBy: leadingExponent + 1)
            return sign + text[..<point] + "." + text[point...]
        }
        if exponent < 0, leadingExponent >= -7 {
            return sign + "0." + String(repeating: "0", count: -leadingExponent - 1) + text
        }
        let fraction = text.count > 1 ? "." + text.dropFirst() : ""
        return sign + text.prefix(1) + fraction + "e" + String(leadingExponent)
    }
}
