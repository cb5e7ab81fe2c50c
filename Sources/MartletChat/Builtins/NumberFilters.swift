import Glibc

/// Filters that make numbers.
enum NumberFilters {
    static let absolute: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        switch value {
        case .float(let number): return .float(abs(number))
        default:
            guard let integer = value.integer else { throw interpreter.unaryError("abs()", value) }
            return integer < 0 ? try interpreter.negate(.integer(integer)) : .integer(integer)
        }
    }

    static let integer: Filters.Filter = { (_, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("int", ["default", "base"])
        if let integer = value.integer { return .integer(integer) }
        let base = try bound[1].integer("int", or: 10)
        if let text = value.text, let integer = parseInteger(text, base: base) { return .integer(integer) }
        let number: Double? = if let text = value.text { parseFloat(text) } else { value.number }
        // "42.23" is no integer but still gives 42.
        if let number, let integer = Int(exactly: number.rounded(.towardZero)) { return .integer(integer) }
        return bound[0] ?? .integer(0)
    }

    static let float: Filters.Filter = { (_, value, arguments) throws(ChatTemplateError) in
        let fallback = try arguments.bind("float", ["default"])[0] ?? .float(0)
        if let number = value.number { return .float(number) }
        return value.text.flatMap(parseFloat).map(Value.float) ?? fallback
    }

    /// Python's `int(text, base)`; base 0 follows the prefix.
    private static func parseInteger(_ text: String, base: Int) -> Int? {
        var digits = text.stripped(nil).lowercased()
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
        var radix = base
        for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
            guard base == value || base == 0 else { continue }
            digits.removeFirst(2)
            radix = value
        }
        if radix == 0 { radix = 10 }
        guard 2...36 ~= radix, !digits.hasPrefix("+"), !digits.hasPrefix("-"), !digits.hasPrefix("_"),
            !digits.hasSuffix("_"), !digits.has("__")
        else { return nil }
        return Int((isNegative ? "-" : "") + digits.replacing("_", with: "", limit: .max), radix: radix)
    }

    private static func parseFloat(_ text: String) -> Double? {
        let text = text.stripped(nil).lowercased()
        // Swift also reads hexadecimal floats, which Python does not.
        return text.contains("x") ? nil : Double(text.replacing("_", with: "", limit: .max))
    }

    static let round: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("round", ["precision", "method"])
        let places = try bound[0].integer("round", or: 0)
        let method = try bound[1].text("round", or: "common")
        guard ["common", "ceil", "floor"].contains(method) else {
            throw ChatTemplateError(.value, "method must be common, ceil or floor")
        }
        guard let number = value.number else { throw interpreter.unaryError("round()", value) }
        guard abs(places) <= 400 else { throw ChatTemplateError(.value, "round() keeps at most 400 places") }
        if method == "common" {
            if let integer = value.integer, places >= 0 { return .integer(integer) }
            let rounded = PythonFloat.round(number, places)
            return value.integer == nil ? .float(rounded) : .integer(Int(exactly: rounded) ?? 0)
        }
        let scale = pow(10, Double(places))
        let scaled = method == "ceil" ? ceil(number * scale) : floor(number * scale)
        return .float(scaled / scale)
    }
}
