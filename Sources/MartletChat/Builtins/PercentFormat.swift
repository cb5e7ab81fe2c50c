/// Python's `format % values`.
struct PercentFormat {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var positional: [Value]
    private let mapping: DictValue?
    private let interpreter: Interpreter
    private var next = 0

    /// The formatted text.
    static func format(
        _ format: String, _ values: Value, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> String {
        var formatter = PercentFormat(format, values, interpreter)
        return try formatter.run()
    }

    private init(_ format: String, _ values: Value, _ interpreter: Interpreter) {
        scalars = Array(format.unicodeScalars)
        self.interpreter = interpreter
        if case .tuple(let list) = values { positional = list.elements } else { positional = [values] }
        if case .dict(let dict) = values { mapping = dict } else { mapping = nil }
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
            value = try Optional(try nextValue()).integer("%", or: 0)
        } else {
            while index < scalars.count, let digit = scalars[index].properties.numericType.map({ _ in scalars[index] }),
                digit.isASCII
            {
                value = min((value ?? 0) * 10 + Int(digit.value - 0x30), FormatSpecification.maxSize + 1)
                index += 1
            }
        }
        guard value ?? 0 <= FormatSpecification.maxSize else {
            throw ChatTemplateError(.limit, "a format is wider than \(FormatSpecification.maxSize)")
        }
        return value
    }

    private mutating func conversion() throws(ChatTemplateError) -> String {
        var specification = FormatSpecification()
        var key: String?
        if index < scalars.count, scalars[index] == "(" {
            var name = String.UnicodeScalarView()
            index += 1
            while case let scalar = try take(), scalar != ")" { name.append(scalar) }
            key = String(name)
        }
        while index < scalars.count, "-+ #0".unicodeScalars.contains(scalars[index]) {
            switch scalars[index] {
            case "-": specification.alignment = "<"
            case "#": specification.isAlternate = true
            case "0": specification.fill = "0"
            case let sign: specification.sign = sign
            }
            index += 1
        }
        if let width = try size() {
            specification.width = abs(width)
            if width < 0 { specification.alignment = "<" }
        }
        if index < scalars.count, scalars[index] == "." {
            index += 1
            specification.precision = try size() ?? 0
        }
        let type = try take()
        if type == "%" { return "%" }
        return try convert(type, specification, try value(key))
    }

    private mutating func value(_ key: String?) throws(ChatTemplateError) -> Value {
        guard let key else { return try nextValue() }
        guard let mapping else { throw ChatTemplateError(.type, "format requires a mapping") }
        guard let value = mapping[key] else { throw ChatTemplateError(.value, "'\(key)'") }
        return value
    }

    private func convert(
        _ type: Unicode.Scalar, _ specification: FormatSpecification, _ value: Value
    ) throws(ChatTemplateError) -> String {
        var specification = specification
        if specification.alignment == "<" { specification.fill = " " }
        switch type {
        case "s", "r", "a":
            specification.fill = " "
            specification.alignment = specification.alignment ?? ">"
            let text = try interpreter.text(of: value)
            return specification.format(text: type == "s" ? text : value.repr)
        case "c":
            specification.alignment = specification.alignment ?? ">"
            if let code = value.integer, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) {
                return specification.format(text: String(scalar))
            }
            return specification.format(text: try interpreter.text(of: value))
        default:
            if specification.fill == "0" { specification.alignment = "=" }
            guard value.number != nil else {
                throw ChatTemplateError(.type, "%\(type) format: a real number is required, not \(value.typeName)")
            }
            if let precision = specification.precision, let integer = value.integer, "di".unicodeScalars.contains(type)
            {
                let digits = String(integer.magnitude)
                let zeros = String(repeating: "0", count: max(0, precision - digits.count))
                specification.precision = nil
                return specification.format(text: (integer < 0 ? "-" : "") + zeros + digits)
            }
            specification.type = type
            return try specification.format(number: value)
        }
    }
}
