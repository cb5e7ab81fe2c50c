/// The formatting of one value, as `%…` and `{:…}` ask for it.
struct FormatSpecification {
    var fill: Unicode.Scalar = " "
    /// `<`, `>`, `^` or `=`; nil for the type's usual side.
    var alignment: Unicode.Scalar?
    /// `+`, `-` or space.
    var sign: Unicode.Scalar = "-"
    var isAlternate = false
    var width = 0
    var groupSeparator: Unicode.Scalar?
    var precision: Int?
    var type: Unicode.Scalar?

    /// Larger widths and precisions only make noise.
    static let maxSize = 10_000

    /// A text cut to the precision and padded.
    func format(text: String) -> String {
        var text = text
        if let precision { text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision))) }
        return padded("", text, usual: "<")
    }

    /// A number in the given type.
    func format(number: Value) throws(ChatTemplateError) -> String {
        let type = type ?? (number.integer != nil ? "d" : "r")
        switch type {
        case "d", "i", "u", "n":
            guard let integer = number.integer ?? number.number.flatMap({ Int(exactly: $0.rounded(.towardZero)) })
            else {
                break
            }
            return padded(signText(integer < 0), grouped(String(integer.magnitude)), usual: ">")
        case "x", "X", "o", "b":
            guard let integer = number.integer else { break }
            let radix = type == "o" ? 8 : type == "b" ? 2 : 16
            let digits = String(integer.magnitude, radix: radix, uppercase: type == "X")
            let prefix = isAlternate ? "0\(type)" : ""
            return padded(signText(integer < 0) + prefix, digits, usual: ">")
        case "f", "F", "e", "E", "g", "G", "%", "r":
            guard let value = number.number else { break }
            return padded(signText(value.sign == .minus && !value.isNaN), float(value.magnitude, type), usual: ">")
        default: break
        }
        throw ChatTemplateError(.value, "cannot format a value of type \(number.typeName) as '\(type)'")
    }

    private func float(_ value: Double, _ type: Unicode.Scalar) -> String {
        switch type {
        case "%": return PythonFloat.format(value * 100, conversion: "f", precision: precision ?? 6) + "%"
        case "r":
            guard let precision else { return PythonFloat.repr(value) }
            return PythonFloat.format(value, conversion: "g", precision: max(precision, 1))
        default:
            let text = PythonFloat.format(
                value, conversion: Character(type), precision: precision ?? 6, alternate: isAlternate)
            guard let point = text.firstIndex(of: ".") else { return grouped(text) }
            return grouped(String(text[..<point])) + text[point...]
        }
    }

    private func grouped(_ digits: String) -> String {
        guard let groupSeparator else { return digits }
        var result = String.UnicodeScalarView()
        for (index, digit) in digits.unicodeScalars.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { result.append(groupSeparator) }
            result.append(digit)
        }
        return String(result)
    }

    private func signText(_ isNegative: Bool) -> String { isNegative ? "-" : sign == "-" ? "" : String(sign) }

    private func padded(_ sign: String, _ body: String, usual: Unicode.Scalar) -> String {
        let missing = width - sign.scalarCount - body.scalarCount
        guard missing > 0 else { return sign + body }
        func filling(_ count: Int) -> String { String(repeating: String(fill), count: count) }
        switch alignment ?? usual {
        case "<": return sign + body + filling(missing)
        case "^": return filling(missing / 2) + sign + body + filling(missing - missing / 2)
        case "=": return sign + filling(missing) + body
        default: return filling(missing) + sign + body
        }
    }
}
