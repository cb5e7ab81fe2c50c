/// The attributes and methods of Python's numbers.
enum NumberMethods {
    private static let integer: Set<String> = ["bit_length", "bit_count", "conjugate", "as_integer_ratio"]
    private static let float: Set<String> = ["is_integer", "conjugate"]

    /// The attribute `name`, or the method of that name.
    static func attribute(_ name: String, of value: Value) -> Value? {
        if case .float = value {
            switch name {
            case "real": return value
            case "imag": return .float(0)
            default: return float.contains(name) ? .method(BoundMethod(value, name)) : nil
            }
        }
        switch name {
        case "real", "numerator": return value.integer.map(Value.integer) ?? value
        case "imag": return .integer(0)
        case "denominator": return .integer(1)
        default: return integer.contains(name) ? .method(BoundMethod(value, name)) : nil
        }
    }

    static func call(_ name: String, _ value: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        _ = try arguments.bind(name, [])
        if case .float(let number) = value {
            return name == "conjugate" ? value : .bool(number.isFinite && number == number.rounded())
        }
        guard let number = value.wholeNumber else {
            throw ChatTemplateError(.type, "'\(value.typeName)' object has no method '\(name)'")
        }
        switch name {
        case "bit_length": return .integer(number.bitWidth)
        case "bit_count": return .integer(number.limbs.reduce(0) { $0 + $1.nonzeroBitCount })
        case "as_integer_ratio": return .tuple(ListValue([Value(number), .integer(1)]))
        default: return Value(number)
        }
    }
}
