import Glibc

/// How Python writes numbers.
enum PythonFloat {
    /// `repr`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
    static func repr(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return "\(sign)\(digits.first!)\(fraction)e\(exponent < 0 ? "-" : "+")\(power)"
        }
        return sign + fixed(digits, exponent)
    }

    /// The shortest digits without zeros at the ends, and the decimal exponent of the first.
    private static func shortest(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        var exponent = (parts.count > 1 ? Int(parts[1])! : 0) + mantissa[0].count - 1
        var digits = String(mantissa.joined())
        while digits.count > 1, digits.hasPrefix("0") {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        return digits == "0" ? ("0", 0) : (digits, exponent)
    }

    /// `repr`, or with a precision that many digits, with a point or an exponent in any case.
    static func shortest(_ value: Double, precision: Int?) -> String {
        guard let precision, value.isFinite else { return repr(value) }
        let places = max(precision, 1)
        let scientific = format(value, conversion: "e", precision: places - 1)
        let parts = scientific.split(separator: "e")
        let exponent = Int(parts[1]) ?? 0
        var digits = String(parts[0].filter { $0 != "." })
        while digits.utf8.count > 1, digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        if exponent + 1 <= -4 || exponent + 1 > places - 1 {
            let fraction = digits.utf8.count > 1 ? "." + digits.dropFirst() : ""
            return "\(digits.prefix(1))\(fraction)e\(parts[1])"
        }
        return fixed(digits, exponent)
    }

    /// Digits with the point where the first digit's exponent puts it.
    private static func fixed(_ digits: String, _ exponent: Int) -> String {
        if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let padding = max(0, exponent + 2 - digits.utf8.count)
        let digits = digits + String(repeating: "0", count: padding)
        return digits.bytes(0..<exponent + 1) + "." + digits.bytes(exponent + 1..<digits.utf8.count)
    }

    /// C's `%.<precision><conversion>` of a finite number, exactly rounded.
    static func format(_ value: Double, conversion: Character, precision: Int, alternate: Bool = false) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let pattern = "%\(alternate ? "#" : "").\(precision)\(conversion)"
        return withVaList([value]) { arguments in
            // The longest is 1e308 with all its places.
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400 + precision) { buffer in
                let length = vsnprintf(buffer.baseAddress, buffer.count, pattern, arguments)
                return String(decoding: buffer[..<Int(length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
    }

    /// `round(value, places)` to a double.
    static func round(_ value: Double, _ places: Int) -> Double {
        guard value.isFinite, value != 0, places < 340 else { return value }
        if places >= 0 { return Double(format(value, conversion: "f", precision: places)) ?? value }
        guard places >= -308 else { return Double(signOf: value, magnitudeOf: 0) }
        // The exact digits before the point, rounded half to even as a whole number.
        let unit = BigInteger("1" + String(repeating: "0", count: -places), radix: 10) ?? BigInteger(1)
        let whole = BigInteger(value.magnitude)
        let (quotient, remainder) = whole.divided(by: unit)
        let twice = remainder + remainder
        let hasFraction = value != value.rounded(.towardZero)
        let isOdd = !(quotient.divided(by: BigInteger(2)).remainder.isZero)
        let goesUp = twice > unit || twice == unit && (hasFraction || isOdd)
        let rounded = ((goesUp ? quotient + BigInteger(1) : quotient) * unit).asDouble
        return Double(signOf: value, magnitudeOf: rounded)
    }
}
