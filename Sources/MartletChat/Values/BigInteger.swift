/// A whole number beyond 64 bits; callers bound how large it grows.
struct BigInteger: Hashable, Sendable {
    /// The magnitude in digits of 2^32, lowest first, without zeros at the top.
    private(set) var limbs: [UInt32]
    private(set) var isNegative: Bool

    private init(limbs: [UInt32], isNegative: Bool) {
        var limbs = limbs
        while limbs.last == 0 { limbs.removeLast() }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
    }

    init(_ value: Int) {
        let magnitude = value.magnitude
        self.init(
            limbs: [UInt32(truncatingIfNeeded: magnitude), UInt32(truncatingIfNeeded: magnitude >> 32)],
            isNegative: value < 0)
    }

    /// The whole part of a finite number.
    init(_ value: Double) {
        let whole = value.rounded(.towardZero)
        guard whole != 0 else {
            self.init(limbs: [], isNegative: false)
            return
        }
        let exponent = max(0, Int(whole.exponent) - 62)
        let digits = BigInteger(Int((whole.magnitude * Double(sign: .plus, exponent: -exponent, significand: 1))))
        self.init(limbs: digits.shifted(left: exponent).limbs, isNegative: value < 0)
    }

    /// The number that `text` writes in digits only, with a sign before them or none.
    init?(_ text: String, radix: Int) {
        var digits = Array(text.utf8)[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty, 2...36 ~= radix else { return nil }
        var limbs: [UInt32] = []
        for byte in digits {
            guard let digit = Int(String(Unicode.Scalar(byte)), radix: radix) else { return nil }
            var carry = UInt64(digit)
            for index in limbs.indices {
                let product = UInt64(limbs[index]) * UInt64(radix) + carry
                limbs[index] = UInt32(truncatingIfNeeded: product)
                carry = product >> 32
            }
            if carry > 0 { limbs.append(UInt32(carry)) }
        }
        self.init(limbs: limbs, isNegative: isNegative)
    }

    /// The number as a machine integer, if it is one.
    var asInt: Int? {
        guard limbs.count <= 2 else { return nil }
        let magnitude = limbs.reversed().reduce(UInt(0)) { $0 << 32 | UInt($1) }
        if isNegative { return magnitude <= UInt(Int.max) + 1 ? Int(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int(exactly: magnitude)
    }

    var isZero: Bool { limbs.isEmpty }

    /// The number of binary digits of the magnitude.
    var bitWidth: Int { limbs.last.map { limbs.count * 32 - $0.leadingZeroBitCount } ?? 0 }

    var magnitude: BigInteger { BigInteger(limbs: limbs, isNegative: false) }

    var negated: BigInteger { BigInteger(limbs: limbs, isNegative: !isNegative) }

    /// The nearest double, to even where two are as near; infinite where none is.
    var asDouble: Double {
        let excess = bitWidth - 64
        guard excess > 0 else {
            let magnitude = Double(limbs.reversed().reduce(UInt64(0)) { $0 << 32 | UInt64($1) })
            return isNegative ? -magnitude : magnitude
        }
        var top = shifted(right: excess).limbs.reversed().reduce(UInt64(0)) { $0 << 32 | UInt64($1) }
        // A bit below all that a double keeps stands for everything that was cut off.
        if !shifted(right: excess).shifted(left: excess).hasMagnitude(of: self) { top |= 1 }
        let magnitude = excess > 1100 ? .infinity : Double(sign: .plus, exponent: excess, significand: Double(top))
        return isNegative ? -magnitude : magnitude
    }

    private func hasMagnitude(of other: BigInteger) -> Bool { limbs == other.limbs }

    private func shifted(left count: Int) -> BigInteger {
        var result = [UInt32](repeating: 0, count: count / 32)
        var carry: UInt32 = 0
        for limb in limbs {
            let wide = UInt64(limb) << UInt64(count % 32)
            result.append(UInt32(truncatingIfNeeded: wide) | carry)
            carry = UInt32(wide >> 32)
        }
        return BigInteger(limbs: result + [carry], isNegative: isNegative)
    }

    /// The magnitude without its lowest bits.
    private func shifted(right count: Int) -> BigInteger {
        guard count / 32 < limbs.count else { return BigInteger(limbs: [], isNegative: false) }
        let rest = Array(limbs[(count / 32)...])
        let shift = UInt64(count % 32)
        let shiftedLimbs = rest.indices.map { index in
            let wide = UInt64(rest[index]) | (index + 1 < rest.count ? UInt64(rest[index + 1]) << 32 : 0)
            return UInt32(truncatingIfNeeded: wide >> shift)
        }
        return BigInteger(limbs: shiftedLimbs, isNegative: false)
    }
}

// MARK: - Arithmetic

extension BigInteger: Comparable {
    private static func compare(_ left: [UInt32], _ right: [UInt32]) -> Int {
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        for index in left.indices.reversed() where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return 0
    }

    static func < (left: BigInteger, right: BigInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let order = compare(left.limbs, right.limbs)
        return left.isNegative ? order > 0 : order < 0
    }

    private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var (result, carry): ([UInt32], UInt64) = ([], 0)
        for index in 0..<max(left.count, right.count) {
            let total =
                UInt64(index < left.count ? left[index] : 0) + UInt64(index < right.count ? right[index] : 0) + carry
            result.append(UInt32(truncatingIfNeeded: total))
            carry = total >> 32
        }
        return result + [UInt32(carry)]
    }

    /// `left` must not be less.
    private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var (result, borrow): ([UInt32], Int64) = ([], 0)
        for index in left.indices {
            var total = Int64(left[index]) - Int64(index < right.count ? right[index] : 0) - borrow
            borrow = total < 0 ? 1 : 0
            if total < 0 { total += 1 << 32 }
            result.append(UInt32(total))
        }
        return result
    }

    static func + (left: BigInteger, right: BigInteger) -> BigInteger {
        if left.isNegative == right.isNegative {
            return BigInteger(limbs: sum(left.limbs, right.limbs), isNegative: left.isNegative)
        }
        return compare(left.limbs, right.limbs) >= 0
            ? BigInteger(limbs: difference(left.limbs, right.limbs), isNegative: left.isNegative)
            : BigInteger(limbs: difference(right.limbs, left.limbs), isNegative: right.isNegative)
    }

    static func - (left: BigInteger, right: BigInteger) -> BigInteger { left + right.negated }

    static func * (left: BigInteger, right: BigInteger) -> BigInteger {
        var result = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
        for (i, a) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, b) in right.limbs.enumerated() {
                let total = UInt64(a) * UInt64(b) + UInt64(result[i + j]) + carry
                result[i + j] = UInt32(truncatingIfNeeded: total)
                carry = total >> 32
            }
            result[i + right.limbs.count] = UInt32(carry)
        }
        return BigInteger(limbs: result, isNegative: left.isNegative != right.isNegative)
    }

    /// The quotient rounded down and the remainder with the divisor's sign, as Python has them; the divisor not zero.
    func divided(by divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
        var (quotient, remainder) = Self.divide(limbs, by: divisor.limbs)
        let signsDiffer = isNegative != divisor.isNegative
        quotient = BigInteger(limbs: quotient.limbs, isNegative: signsDiffer)
        remainder = BigInteger(limbs: remainder.limbs, isNegative: isNegative)
        if !remainder.isZero, signsDiffer {
            quotient = quotient - BigInteger(1)
            remainder = remainder + divisor
        }
        return (quotient, remainder)
    }

    /// Division of magnitudes, bit by bit for divisors of several limbs.
    private static func divide(
        _ left: [UInt32], by right: [UInt32]
    ) -> (quotient: BigInteger, remainder: BigInteger) {
        if right.count == 1 {
            let (quotient, remainder) = divide(left, by: right[0])
            return (BigInteger(limbs: quotient, isNegative: false), BigInteger(limbs: [remainder], isNegative: false))
        }
        let divisor = BigInteger(limbs: right, isNegative: false)
        var rest = BigInteger(limbs: left, isNegative: false)
        var quotient = [UInt32](repeating: 0, count: left.count)
        let shift = rest.bitWidth - divisor.bitWidth
        guard shift >= 0 else { return (BigInteger(0), rest) }
        var part = divisor.shifted(left: shift)
        for bit in stride(from: shift, through: 0, by: -1) {
            if rest >= part {
                rest = rest - part
                quotient[bit / 32] |= 1 << UInt32(bit % 32)
            }
            part = part.shifted(right: 1)
        }
        return (BigInteger(limbs: quotient, isNegative: false), rest)
    }

    private static func divide(_ limbs: [UInt32], by divisor: UInt32) -> ([UInt32], UInt32) {
        var (result, rest) = (limbs, UInt64(0))
        for index in limbs.indices.reversed() {
            let value = rest << 32 | UInt64(limbs[index])
            result[index] = UInt32(value / UInt64(divisor))
            rest = value % UInt64(divisor)
        }
        return (result, UInt32(rest))
    }

    /// The digits, with a minus sign before those of negative numbers.
    func text(radix: Int = 10, uppercase: Bool = false) -> String {
        guard !isZero else { return "0" }
        // As many digits at once as fit a limb.
        var (chunk, width) = (UInt32(radix), 1)
        while UInt64(chunk) * UInt64(radix) <= UInt64(UInt32.max) {
            chunk *= UInt32(radix)
            width += 1
        }
        var (rest, chunks): ([UInt32], [String]) = (limbs, [])
        while !rest.isEmpty {
            let (quotient, remainder) = Self.divide(rest, by: chunk)
            rest = quotient
            while rest.last == 0 { rest.removeLast() }
            let digits = String(remainder, radix: radix, uppercase: uppercase)
            chunks.append(rest.isEmpty ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits)
        }
        return (isNegative ? "-" : "") + chunks.reversed().joined()
    }
}
