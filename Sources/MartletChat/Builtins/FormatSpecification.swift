/// What `{:…}` asks for: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
///
/// **Source** Python's "Format Specification Mini-Language".
struct FormatSpecification {
    private(set) var fill: Unicode.Scalar = " "
    /// Whether a `0` before the width asks for zeros after the sign.
    private var zeroFills = false
    /// `<`, `>`, `^` or `=`; nil for the type's usual side.
    private(set) var alignment: Unicode.Scalar?
    /// `+`, `-` or space.
    private(set) var sign: Unicode.Scalar?
    private(set) var avoidsNegativeZero = false
    private(set) var isAlternate = false
    private(set) var width = 0
    private(set) var grouping: Unicode.Scalar?
    private(set) var precision: Int?
    private(set) var type: Unicode.Scalar?

    /// Larger widths and precisions only make noise.
    static let maxSize = 10_000

    init(_ text: String) throws(ChatTemplateError) {
        var rest = Array(text.unicodeScalars)[...]
        func take(_ accepted: String) -> Unicode.Scalar? {
            guard let first = rest.first, accepted.unicodeScalars.contains(first) else { return nil }
            return rest.removeFirst()
        }
        if rest.count > 1, "<>^=".unicodeScalars.contains(rest[rest.startIndex + 1]) { fill = rest.removeFirst() }
        alignment = take("<>^=")
        let hasFill = alignment != nil
        sign = take("+- ")
        avoidsNegativeZero = take("z") != nil
        isAlternate = take("#") != nil
        var isZeroFilled = false
        if !hasFill, take("0") != nil {
            (fill, isZeroFilled) = ("0", true)
        } else if hasFill, fill == " ", rest.first == "0" {
            rest.removeFirst()
            fill = "0"
        }
        width = try Self.number(&rest) ?? 0
        grouping = take(",_")
        if grouping != nil, let second = rest.first, ",_".unicodeScalars.contains(second) {
            throw ChatTemplateError(.value, "Cannot specify both ',' and '_'.")
        }
        if take(".") != nil {
            guard let number = try Self.number(&rest) else {
                throw ChatTemplateError(.value, "Format specifier missing precision")
            }
            precision = number
        }
        type = rest.popFirst()
        guard rest.isEmpty else { throw ChatTemplateError(.value, "Invalid format specifier '\(text)'") }
        if isZeroFilled, type != "s" { zeroFills = true }
    }

    private static func number(_ rest: inout ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> Int? {
        var value: Int?
        while let first = rest.first, (0x30...0x39).contains(first.value) {
            value = (value ?? 0) * 10 + Int(first.value - 0x30)
            rest.removeFirst()
            guard value ?? 0 <= maxSize else {
                throw ChatTemplateError(.limit, "a format is wider than \(maxSize)")
            }
        }
        return value
    }

    /// Python's `format(value, specification)`.
    static func format(
        _ value: Value, _ specification: String, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> String {
        if specification.isEmpty { return try interpreter.text(of: value) }
        if let text = value.text { return try FormatSpecification(specification).format(text: text) }
        guard value.isNumber else {
            throw ChatTemplateError(.type, "unsupported format string passed to \(value.typeName).__format__")
        }
        try interpreter.checkPrintable(value)
        return try FormatSpecification(specification).format(number: value)
    }

    private func format(text: String) throws(ChatTemplateError) -> String {
        guard type == nil || type == "s" else { throw unknown("str") }
        guard sign == nil, !isAlternate, grouping == nil, alignment != "=", !avoidsNegativeZero else {
            throw ChatTemplateError(.value, "a sign, '#', '=', ',' and '_' are not for strings in format specifiers")
        }
        let kept = precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) } ?? text
        return padded(kept, alignment ?? "<")
    }

    private func unknown(_ typeName: String) -> ChatTemplateError {
        ChatTemplateError(.value, "Unknown format code '\(type ?? " ")' for object of type '\(typeName)'")
    }

    private func format(number: Value) throws(ChatTemplateError) -> String {
        if let whole = number.wholeNumber {
            switch type {
            case nil, "d", "n", "b", "o", "x", "X", "c": return try format(whole: whole)
            default: break
            }
        }
        guard let value = number.finiteNumber else {
            throw ChatTemplateError(.value, "int too large to convert to float")
        }
        return try format(float: value)
    }

    private func format(whole: BigInteger) throws(ChatTemplateError) -> String {
        guard precision == nil else {
            throw ChatTemplateError(.value, "Precision not allowed in integer format specifier")
        }
        guard !avoidsNegativeZero else {
            throw ChatTemplateError(.value, "Negative zero coercion (z) not allowed in format specifier with integer")
        }
        if type == "c" {
            guard let scalar = whole.asInt.flatMap(UInt32.init(exactly:)).flatMap(Unicode.Scalar.init), sign == nil,
                !isAlternate, grouping == nil
            else { throw ChatTemplateError(.value, "%c arg not in range(0x110000), or a sign or '#' with 'c'") }
            return padded(String(scalar), alignment ?? (zeroFills ? "=" : "<"))
        }
        let radix = type == "b" ? 2 : type == "o" ? 8 : type == "x" || type == "X" ? 16 : 10
        guard grouping == nil || type != "n", grouping != "," || radix == 10 else {
            throw ChatTemplateError(.value, "Cannot specify '\(grouping ?? ",")' with '\(type ?? "d")'.")
        }
        let digits = whole.magnitude.text(radix: radix, uppercase: type == "X")
        let prefix = isAlternate && radix != 10 ? "0\(type ?? "d")" : ""
        return assembled(
            sign: signText(isNegative: whole.isNegative) + prefix, digits: digits, rest: "",
            groupSize: radix == 10 ? 3 : 4)
    }

    private func format(float value: Double) throws(ChatTemplateError) -> String {
        var text: String
        switch type {
        case "e", "E", "f", "F", "g", "G":
            text = PythonFloat.format(
                value.magnitude, conversion: Character(type!), precision: precision ?? 6, alternate: isAlternate)
        case "n":
            text = PythonFloat.format(
                value.magnitude, conversion: "g", precision: precision ?? 6, alternate: isAlternate)
        case "%": text = PythonFloat.format(value.magnitude * 100, conversion: "f", precision: precision ?? 6) + "%"
        case nil: text = PythonFloat.shortest(value.magnitude, precision: precision)
        default: throw unknown("float")
        }
        if type == "E" || type == "F" || type == "G" { text = text.uppercased() }
        var isNegative = value.sign == .minus && !value.isNaN
        if avoidsNegativeZero, !text.utf8.contains(where: { (0x31...0x39).contains($0) }), value.isFinite {
            isNegative = false
        }
        let bytes = Array(text.utf8)
        let split = bytes.firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
        return assembled(
            sign: signText(isNegative: isNegative), digits: text.bytes(0..<split),
            rest: text.bytes(split..<bytes.count), groupSize: 3)
    }

    private func signText(isNegative: Bool) -> String {
        isNegative ? "-" : sign == nil || sign == "-" ? "" : String(sign!)
    }

    /// A number from its parts, with separators between its digits, padded.
    private func assembled(sign: String, digits: String, rest: String, groupSize: Int) -> String {
        var digits = digits
        let padsInside = alignment == "=" || (alignment == nil && zeroFills)
        let room = width - sign.utf8.count - rest.utf8.count
        if let grouping, !digits.isEmpty {
            if padsInside, fill == "0" {
                while digits.utf8.count + (digits.utf8.count - 1) / groupSize < room { digits = "0" + digits }
            }
            var grouped = String.UnicodeScalarView()
            for (index, digit) in digits.unicodeScalars.enumerated() {
                if index > 0, (digits.utf8.count - index) % groupSize == 0 { grouped.append(grouping) }
                grouped.append(digit)
            }
            digits = String(grouped)
        }
        if padsInside {
            let missing = max(0, room - digits.utf8.count)
            return sign + String(repeating: String(fill), count: missing) + digits + rest
        }
        return padded(sign + digits + rest, alignment ?? ">")
    }

    private func padded(_ body: String, _ alignment: Unicode.Scalar) -> String {
        let missing = width - body.scalarCount
        guard missing > 0 else { return body }
        func filling(_ count: Int) -> String { String(repeating: String(fill), count: count) }
        switch alignment {
        case "<": return body + filling(missing)
        case "^": return filling(missing / 2) + body + filling(missing - missing / 2)
        default: return filling(missing) + body
        }
    }
}
