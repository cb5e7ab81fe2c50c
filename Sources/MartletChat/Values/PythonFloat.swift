import Glibc

/// How Python writes numbers.
enum PythonFloat {
    /// `repr`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
    static func repr(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        var (digits, exponent) = shortest(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return "\(sign)\(digits.first!)\(fraction)e\(exponent < 0 ? "-" : "+")\(power)"
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        while digits.count <= exponent + 1 { digits += "0" }
        let point = digits.index(digits.startIndex, offsetBy: exponent + 1)
        return sign + digits[..<point] + "." + digits[point...]
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
        guard value.isFinite, places < 300 else { return value }
        if places >= 0 { return Double(format(value, conversion: "f", precision: places)) ?? value }
        let scale = pow(10, Double(-places))
        return scale.isFinite ? (value / scale).rounded(.toNearestOrEven) * scale : 0
    }
}
