import Glibc

/// Filters that make numbers, or text of numbers.
enum NumberFilters {
    static let absolute: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("abs", [])
        switch value {
        case .float(let number): return .float(abs(number))
        default:
            guard let number = value.wholeNumber else { throw interpreter.unaryError("abs()", value) }
            return Value(number.magnitude)
        }
    }

    static let integer: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("int", ["default", "base"])
        let fallback = bound[0] ?? .integer(0)
        if case .undefined(let undefined) = value { throw undefined.error }
        if let number = value.wholeNumber { return Value(number) }
        if case .float(let number) = value {
            return number.isFinite ? try interpreter.whole(BigInteger(number)) : fallback
        }
        guard let text = value.text else { return fallback }
        try interpreter.charge(bytes: text.utf8.count)
        let base = try bound[1].integer("int", or: 10)
        if let number = try parseInteger(text, base: base, interpreter) { return Value(number) }
        // "42.23" is no integer but still gives 42.
        guard let number = parseFloat(text), number.isFinite else { return fallback }
        return try interpreter.whole(BigInteger(number))
    }

    static let float: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let fallback = try arguments.bind("float", ["default"])[0] ?? .float(0)
        if case .undefined(let undefined) = value { throw undefined.error }
        if value.isNumber {
            guard let number = value.finiteNumber else {
                throw ChatTemplateError(.value, "int too large to convert to float")
            }
            return .float(number)
        }
        guard let text = value.text else { return fallback }
        try interpreter.charge(bytes: text.utf8.count)
        return parseFloat(text).map(Value.float) ?? fallback
    }

    /// Python's `int(text, base)`; base 0 follows the prefix.
    private static func parseInteger(
        _ text: String, base: Int, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> BigInteger? {
        guard base == 0 || 2...36 ~= base, var digits = text.stripped(nil).withASCIIDigits else { return nil }
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
        var radix = base
        for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)]
        where (base == value || base == 0) && digits.lowercased().hasPrefix(prefix) {
            digits.removeFirst(2)
            if digits.hasPrefix("_") { digits.removeFirst() }
            radix = value
        }
        if radix == 0 {
            radix = 10
            // A number that begins with zero would be octal elsewhere.
            if digits.hasPrefix("0"), digits.contains(where: { $0 != "0" && $0 != "_" }) { return nil }
        }
        guard !digits.hasPrefix("+"), !digits.hasPrefix("-"), !digits.hasPrefix("_"), !digits.hasSuffix("_"),
            !digits.has("__")
        else { return nil }
        let plain = digits.replacing("_", with: "", limit: .max)
        guard plain.utf8.count <= 4300 else { return nil }
        guard let number = BigInteger(plain, radix: radix) else { return nil }
        return isNegative ? number.negated : number
    }

    private static func parseFloat(_ text: String) -> Double? {
        guard let plain = text.stripped(nil).withASCIIDigits?.lowercased() else { return nil }
        let unsigned = plain.hasPrefix("-") || plain.hasPrefix("+") ? String(plain.dropFirst()) : plain
        let sign: Double = plain.hasPrefix("-") ? -1 : 1
        switch unsigned {
        case "inf", "infinity": return sign * .infinity
        case "nan": return .nan
        default: break
        }
        // Swift also reads hexadecimal floats and payloads, which Python does not.
        guard let first = unsigned.utf8.first, first == UInt8(ascii: ".") || (0x30...0x39).contains(first),
            unsigned.utf8.allSatisfy({ "0123456789.e+-_".utf8.contains($0) })
        else { return nil }
        let bytes = Array(unsigned.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            func isDigit(_ at: Int) -> Bool { bytes.indices.contains(at) && (0x30...0x39).contains(bytes[at]) }
            guard isDigit(index - 1), isDigit(index + 1) else { return nil }
        }
        return Double(unsigned.replacing("_", with: "", limit: .max)).map { sign * $0 }
    }

    static let round: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("round", ["precision", "method"])
        let method = try bound[1].text("round", or: "common")
        guard ["common", "ceil", "floor"].contains(method) else {
            throw ChatTemplateError(.value, "method must be common, ceil or floor")
        }
        if case .undefined(let undefined) = value { throw undefined.error }
        guard value.isNumber else { throw interpreter.unaryError("round()", value) }
        if method == "common" { return try common(value, bound[0], interpreter) }
        let places = try bound[0].integer("round", or: 0)
        guard abs(places) <= 400 else { throw ChatTemplateError(.value, "round() keeps at most 400 places") }
        let scale = try interpreter.compute(.power, .integer(10), .integer(places))
        let scaled = try interpreter.compute(.multiply, value, scale)
        let whole: Value
        if case .float(let number) = scaled {
            guard number.isFinite else { throw ChatTemplateError(.value, "cannot convert float to integer") }
            whole = try interpreter.whole(BigInteger(method == "ceil" ? ceil(number) : floor(number)))
        } else {
            whole = scaled
        }
        return try interpreter.compute(.divide, whole, scale)
    }

    /// Python's `round(value, precision)`.
    private static func common(
        _ value: Value, _ precision: Value?, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        if precision?.isNone ?? false {
            guard case .float(let number) = value else { return value.wholeNumber.map { Value($0) } ?? value }
            guard number.isFinite else { throw ChatTemplateError(.value, "cannot convert float to integer") }
            return try interpreter.whole(BigInteger(number.rounded(.toNearestOrEven)))
        }
        let places = try precision.integer("round", or: 0)
        if case .float(let number) = value { return .float(PythonFloat.round(number, places)) }
        guard let number = value.wholeNumber, places < 0 else { return value.wholeNumber.map { Value($0) } ?? value }
        guard places >= -5000 else { return .integer(0) }
        let unit = try interpreter.compute(.power, .integer(10), .integer(-places)).wholeNumber ?? BigInteger(1)
        let (quotient, remainder) = number.divided(by: unit)
        let twice = remainder + remainder
        let isOdd = !(quotient.divided(by: BigInteger(2)).remainder.isZero)
        let goesUp = twice > unit || twice == unit && isOdd
        return try interpreter.whole((goesUp ? quotient + BigInteger(1) : quotient) * unit)
    }

    static let fileSize: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let isBinary = try arguments.bind("filesizeformat", ["binary"])[0]?.isTrue ?? false
        guard case .float(let bytes) = try NumberFilters.float(interpreter, value, Arguments(positional: [.none])),
            bytes.isFinite || bytes > 0
        else { throw ChatTemplateError(.value, "could not convert the value to a number of bytes") }
        if bytes == 1 { return .string("1 Byte") }
        let base: Double = isBinary ? 1024 : 1000
        if bytes < base { return .string("\(BigInteger(bytes).text()) Bytes") }
        var unit = base
        let letters = isBinary ? "KMGTPEZY" : "kMGTPEZY"
        for letter in letters {
            unit *= base
            if bytes < unit || letter == "Y" {
                let number = PythonFloat.format(base * bytes / unit, conversion: "f", precision: 1)
                return .string("\(number) \(letter)\(isBinary ? "iB" : "B")")
            }
        }
        return .none
    }
}

extension String {
    /// The text with the decimal digits of all scripts as ASCII; nil if it has other characters beyond ASCII.
    fileprivate var withASCIIDigits: String? {
        if utf8.allSatisfy({ $0 < 0x80 }) { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
                result += String(Int(value))
            } else {
                return nil
            }
        }
        return result
    }
}
