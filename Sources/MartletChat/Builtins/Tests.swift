extension Interpreter {
    /// `value is name(arguments)`.
    func test(_ name: String, _ value: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Bool {
        if let result = try plainTest(name, value) {
            _ = try arguments.bind(name, [])
            return result
        }
        if let comparison = Self.comparisons[name] {
            let other = try arguments.bind(name, ["other"])[0].required(name, "other")
            return try compare(comparison, value, other)
        }
        switch name {
        case "divisibleby":
            let divisor = try arguments.bind(name, ["num"])[0].required(name, "num")
            return try compute(.modulo, value, divisor).equals(.integer(0))
        case "sameas":
            let other = try arguments.bind(name, ["other"])[0].required(name, "other")
            return value.typeName == other.typeName && value.equals(other)
        case "filter", "test":
            _ = try arguments.bind(name, [])
            guard let other = value.text else { return false }
            return name == "filter" ? Filters.names.contains(other) : Self.testNames.contains(other)
        default: throw ChatTemplateError(.syntax, "No test named '\(name)'.")
        }
    }

    private func plainTest(_ name: String, _ value: Value) throws(ChatTemplateError) -> Bool? {
        switch name {
        case "defined": return !value.isUndefined
        case "undefined": return value.isUndefined
        case "none": if case .none = value { return true } else { return false }
        case "true": if case .bool(true) = value { return true } else { return false }
        case "false": if case .bool(false) = value { return true } else { return false }
        case "boolean": if case .bool = value { return true } else { return false }
        case "integer": if case .integer = value { return true } else { return false }
        case "float": if case .float = value { return true } else { return false }
        case "number": return value.number != nil
        case "string": return value.text != nil
        case "mapping": if case .dict = value { return true } else { return false }
        case "sequence", "iterable", "callable": return kindTest(name, value)
        case "odd", "even":
            return try compute(.modulo, value, .integer(2)).equals(.integer(name == "odd" ? 1 : 0))
        case "lower", "upper":
            return StringPredicates.evaluate("is\(name)", try text(of: value))
        case "escaped": if case .markup = value { return true } else { return false }
        default: return nil
        }
    }

    private func kindTest(_ name: String, _ value: Value) -> Bool {
        switch value {
        case .undefined, .string, .markup, .list, .tuple, .dict, .range: name != "callable"
        case .view, .iterator, .loop: name == "iterable"
        case .macro, .function, .method, .joiner: name == "callable"
        default: false
        }
    }

    private static let comparisons: [String: Comparison] = [
        "==": .equal, "eq": .equal, "equalto": .equal, "!=": .notEqual, "ne": .notEqual, "<": .less, "lt": .less,
        "lessthan": .less, "<=": .lessOrEqual, "le": .lessOrEqual, ">": .greater, "gt": .greater,
        "greaterthan": .greater, ">=": .greaterOrEqual, "ge": .greaterOrEqual, "in": .isIn,
    ]

    private static let testNames: Set<String> = Set(comparisons.keys).union([
        "defined", "undefined", "none", "true", "false", "boolean", "integer", "float", "number", "string", "mapping",
        "sequence", "iterable", "callable", "odd", "even", "lower", "upper", "escaped", "divisibleby", "sameas",
        "filter", "test",
    ])
}
