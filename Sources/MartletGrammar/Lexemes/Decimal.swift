import MartletJSON

/// An exact decimal number: `coefficient` times ten to the `exponent`.
struct Decimal: Hashable, Sendable {
    /// Less than zero; never for zero.
    private(set) var isNegative: Bool
    /// ASCII-free decimal digits, most significant first, without leading or trailing zeros; empty for zero.
    private(set) var digits: [UInt8]
    /// Power of ten of the last digit.
    private(set) var exponent: Int

    /// The number a JSON text spells; nil where it is none.
    init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)[...]
        isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        digits = []
        exponent = 0
        var sawPoint = false
        var sawDigit = false
        while let byte = bytes.first {
            if byte >= 48, byte <= 57 {
                digits.append(byte - 48)
                sawDigit = true
                if sawPoint { exponent -= 1 }
            } else if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else {
                break
            }
            bytes.removeFirst()
        }
        guard sawDigit else { return nil }
        if let byte = bytes.first {
            guard byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"),
                let power = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)), abs(power) < 1 << 30
            else { return nil }
            exponent += power
        }
        normalise()
    }

    init(_ value: Int) {
        isNegative = value < 0
        digits = String(value.magnitude).utf8.map { $0 - 48 }
        exponent = 0
        normalise()
    }

    init(isNegative: Bool, digits: [UInt8], exponent: Int) {
        self.isNegative = isNegative
        self.digits = digits
        self.exponent = exponent
        normalise()
    }

    private mutating func normalise() {
        digits.removeFirst(digits.prefix { $0 == 0 }.count)
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty {
            exponent = 0
            isNegative = false
        }
    }
}
