/// What Python's `int(text)` and `float(text)` accept, in the spelling of `json.dumps`.
enum PythonNumber {
    /// Python refuses to read integers with more digits.
    private static let maxDigits = 4300

    /// `int(text)`: surrounding whitespace, a sign and single underscores between digits are allowed; nil for others.
    static func integer(_ text: String) -> String? {
        var scan = Scan(text)
        let isNegative = scan.sign()
        guard let digits = scan.digits(), scan.isAtEnd, digits.count <= maxDigits else { return nil }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        if significant.isEmpty { return "0" }
        return (isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self)
    }

    /// `float(text)` as a JSON number, integral values as integers; nil where it is no finite number.
    static func number(_ text: String) -> String? {
        guard let value = float(text) else { return nil }
        guard value == value.rounded(.towardZero) else { return PythonFloat.repr(value) }
        return value == 0 ? "0" : PythonFloat.format(value, conversion: "f", precision: 0)
    }

    /// `float(text)`; nil where it is no finite number.
    static func float(_ text: String) -> Double? {
        var scan = Scan(text)
        let isNegative = scan.sign()
        let whole = scan.digits()
        var fraction: [UInt8]?
        if scan.take(".") { fraction = scan.digits() }
        guard whole != nil || fraction != nil else { return nil }
        var exponent = ""
        if scan.take("e") || scan.take("E") {
            let isNegative = scan.sign()
            guard let digits = scan.digits() else { return nil }
            exponent = (isNegative ? "e-" : "e") + String(decoding: digits, as: UTF8.self)
        }
        guard scan.isAtEnd else { return nil }
        let mantissa = (whole ?? [UInt8(ascii: "0")]) + [UInt8(ascii: ".")] + (fraction ?? [UInt8(ascii: "0")])
        guard let value = Double(String(decoding: mantissa, as: UTF8.self) + exponent), value.isFinite else {
            return nil
        }
        return isNegative ? -value : value
    }

    /// Reads a number's parts from text without the whitespace around it.
    private struct Scan {
        private let bytes: [UInt8]
        private var index: Int
        private let end: Int

        init(_ text: String) {
            bytes = Array(text.utf8)
            var (start, end) = (0, bytes.count)
            while start < end, let length = PythonWhitespace.length(in: bytes, at: start) { start += length }
            while end > start, let length = PythonWhitespace.length(in: bytes, before: end) { end -= length }
            index = start
            self.end = end
        }

        var isAtEnd: Bool { index == end }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < end, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        /// Takes a sign; true for a minus.
        mutating func sign() -> Bool {
            if take("-") { return true }
            _ = take("+")
            return false
        }

        /// Takes digits with single underscores between them.
        mutating func digits() -> [UInt8]? {
            var digits: [UInt8] = []
            while index < end {
                if isDigit(index) {
                    digits.append(bytes[index])
                } else if digits.isEmpty || bytes[index] != UInt8(ascii: "_") || !isDigit(index + 1) {
                    break
                }
                index += 1
            }
            return digits.isEmpty ? nil : digits
        }

        private func isDigit(_ index: Int) -> Bool { index < end && (0x30...0x39).contains(bytes[index]) }
    }
}
