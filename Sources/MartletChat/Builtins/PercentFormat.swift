/// Python's `format % values`.
struct PercentFormat {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    /// The values that are converted in order; a named one takes their place.
    private var positional: [Value]
    private var next = 0
    /// What named values are looked up in, and what need not be used up.
    private let mapping: Value?
    /// Whether values are escaped for HTML, as marked strings want it.
    private let escapes: Bool
    private let interpreter: Interpreter

    /// The formatted text.
    static func format(
        _ format: String, _ values: Value, escaping: Bool, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> String {
        try interpreter.charge(bytes: format.utf8.count)
        var formatter = PercentFormat(format, values, escaping, interpreter)
        return try formatter.run()
    }

    private init(_ format: String, _ values: Value, _ escapes: Bool, _ interpreter: Interpreter) {
        scalars = Array(format.unicodeScalars)
        self.escapes = escapes
        self.interpreter = interpreter
        if case .tuple(let list) = values { positional = list.elements } else { positional = [values] }
        switch values {
        // Whatever can be asked for members counts, lists too.
        case .dict, .list, .range, .undefined: mapping = values
        default: mapping = nil
        }
    }

    private mutating func run() throws(ChatTemplateError) -> String {
        var result = String.UnicodeScalarView()
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == "%" {
                let text = try conversion()
                try interpreter.charge(1, bytes: text.utf8.count)
                result.append(contentsOf: text.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        guard next >= positional.count || mapping != nil else {
            throw ChatTemplateError(.type, "not all arguments converted during string formatting")
        }
        return String(result)
    }

    private mutating func take() throws(ChatTemplateError) -> Unicode.Scalar {
        guard index < scalars.count else { throw ChatTemplateError(.value, "incomplete format") }
        defer { index += 1 }
        return scalars[index]
    }

    private mutating func nextValue() throws(ChatTemplateError) -> Value {
        guard next < positional.count else {
            throw ChatTemplateError(.type, "not enough arguments for format string")
        }
        next += 1
        return positional[next - 1]
    }

    private mutating func size() throws(ChatTemplateError) -> Int? {
        var value: Int?
        if index < scalars.count, scalars[index] == "*" {
            index += 1
            guard case .some(let size) = try nextValue().clampedInteger else {
                throw ChatTemplateError(.type, "* wants int")
            }
            value = size
        } else {
            while index < scalars.count, (0x30...0x39).contains(scalars[index].value) {
                value = min((value ?? 0) * 10 + Int(scalars[index].value - 0x30), FormatSpecification.maxSize + 1)
                index += 1
            }
        }
        guard (value ?? 0).magnitude <= FormatSpecification.maxSize else {
            throw ChatTemplateError(.limit, "a format is wider than \(FormatSpecification.maxSize)")
        }
        return value
    }

    /// The flags, width and precision of one conversion.
    private struct Options {
        var isLeft = false
        var sign = ""
        var isAlternate = false
        var fillsZeros = false
        var width = 0
        var precision: Int?

        func padded(_ sign: String, _ body: String, isNumber: Bool) -> String {
            let missing = max(0, width - sign.scalarCount - body.scalarCount)
            if isLeft { return sign + body + String(repeating: " ", count: missing) }
            if isNumber, fillsZeros { return sign + String(repeating: "0", count: missing) + body }
            return String(repeating: " ", count: missing) + sign + body
        }
    }

    private mutating func conversion() throws(ChatTemplateError) -> String {
        if index < scalars.count, scalars[index] == "%" {
            index += 1
            return "%"
        }
        var options = Options()
        if index < scalars.count, scalars[index] == "(" {
            index += 1
            try takeNamed(try key())
        }
        flags: while index < scalars.count {
            switch scalars[index] {
            case "-": options.isLeft = true
            case "#": options.isAlternate = true
            case "0": options.fillsZeros = true
            case "+": options.sign = "+"
            case " ": options.sign = options.sign.isEmpty ? " " : options.sign
            default: break flags
            }
            index += 1
        }
        if let width = try size() {
            options.width = abs(width)
            if width < 0 { options.isLeft = true }
        }
        if index < scalars.count, scalars[index] == "." {
            index += 1
            options.precision = max(0, try size() ?? 0)
        }
        if index < scalars.count, "hlL".unicodeScalars.contains(scalars[index]) { index += 1 }
        let type = try take()
        return try convert(type, options, try nextValue())
    }

    /// A name up to its closing parenthesis.
    private mutating func key() throws(ChatTemplateError) -> String {
        var (name, depth) = (String.UnicodeScalarView(), 1)
        while true {
            let scalar = try take()
            if scalar == "(" { depth += 1 }
            if scalar == ")" { depth -= 1 }
            if depth == 0 { return String(name) }
            name.append(scalar)
        }
    }

    private mutating func takeNamed(_ key: String) throws(ChatTemplateError) {
        switch mapping {
        case .dict(let dict)?:
            guard let value = dict[key] else { throw ChatTemplateError(.value, "KeyError: '\(key)'") }
            (positional, next) = ([value], 0)
        case .undefined(let undefined)?: throw undefined.error
        default: throw ChatTemplateError(.type, "format requires a mapping")
        }
    }

    private func convert(
        _ type: Unicode.Scalar, _ options: Options, _ value: Value
    ) throws(ChatTemplateError) -> String {
        switch type {
        case "s", "r", "a":
            var text = try text(of: value, as: type)
            if let precision = options.precision {
                text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
            }
            return options.padded("", text, isNumber: false)
        case "c": return options.padded("", try character(value), isNumber: false)
        case "d", "i", "u", "x", "X", "o":
            return whole(try whole(value, type), type, options)
        case "e", "E", "f", "F", "g", "G":
            guard let number = value.finiteNumber else {
                if case .undefined(let undefined) = value { throw undefined.error }
                throw ChatTemplateError(.type, "must be real number, not \(value.typeName)")
            }
            var text = PythonFloat.format(
                number.magnitude, conversion: Character(type), precision: options.precision ?? 6,
                alternate: options.isAlternate)
            if type.properties.isUppercase { text = text.uppercased() }
            let isNegative = number.sign == .minus && !number.isNaN
            return options.padded(isNegative ? "-" : options.sign, text, isNumber: true)
        default: throw ChatTemplateError(.value, "unsupported format character '\(type)'")
        }
    }

    private func text(of value: Value, as type: Unicode.Scalar) throws(ChatTemplateError) -> String {
        let text = try interpreter.text(of: value)
        switch type {
        case "s": return escapes && !value.isMarkup ? text.htmlEscaped : text
        case "r": return escapes ? value.repr.htmlEscaped : value.repr
        default: return escapes ? value.repr.htmlEscaped.asciiEscaped : value.repr.asciiEscaped
        }
    }

    private func character(_ value: Value) throws(ChatTemplateError) -> String {
        if let text = value.text, text.scalarCount == 1 { return text }
        guard let code = value.integer, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
            throw ChatTemplateError(.type, "%c requires int or char")
        }
        return String(scalar)
    }

    private func whole(_ value: Value, _ type: Unicode.Scalar) throws(ChatTemplateError) -> BigInteger {
        if case .undefined(let undefined) = value { throw undefined.error }
        try interpreter.checkPrintable(value)
        if let number = value.wholeNumber { return number }
        guard case .float(let number) = value, number.isFinite, "diu".unicodeScalars.contains(type) else {
            throw ChatTemplateError(.type, "%\(type) format: a number is required, not \(value.typeName)")
        }
        return BigInteger(number)
    }

    private func whole(_ number: BigInteger, _ type: Unicode.Scalar, _ options: Options) -> String {
        let radix = type == "x" || type == "X" ? 16 : type == "o" ? 8 : 10
        var digits = number.magnitude.text(radix: radix, uppercase: type == "X")
        digits = String(repeating: "0", count: max(0, (options.precision ?? 0) - digits.utf8.count)) + digits
        let prefix = options.isAlternate && radix != 10 ? "0\(type)" : ""
        return options.padded((number.isNegative ? "-" : options.sign) + prefix, digits, isNumber: true)
    }
}
