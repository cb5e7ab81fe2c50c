/// The names of jinja2's tests.
enum Tests {
    static let names: Set<String> = Set(comparisons.keys).union([
        "defined", "undefined", "none", "true", "false", "boolean", "integer", "float", "number", "string", "mapping",
        "sequence", "iterable", "callable", "odd", "even", "lower", "upper", "escaped", "divisibleby", "sameas",
        "filter", "test",
    ])

    static let comparisons: [String: Comparison] = [
        "==": .equal, "eq": .equal, "equalto": .equal, "!=": .notEqual, "ne": .notEqual, "<": .less, "lt": .less,
        "lessthan": .less, "<=": .lessOrEqual, "le": .lessOrEqual, ">": .greater, "gt": .greater,
        "greaterthan": .greater, ">=": .greaterOrEqual, "ge": .greaterOrEqual, "in": .isIn,
    ]
}

extension Interpreter {
    /// `value is name(arguments)`.
    func test(_ name: String, _ value: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Bool {
        if arguments.positional.isEmpty, arguments.named.isEmpty, let result = try plainTest(name, value) {
            return result
        }
        if let comparison = Tests.comparisons[name] {
            let other =
                name == "in"
                ? try arguments.bind(name, ["seq"])[0].required(name, "seq")
                : try arguments.bindPositional(name, ["other"])[0].required(name, "other")
            return try compare(comparison, value, other)
        }
        switch name {
        case "divisibleby":
            let divisor = try arguments.bind(name, ["num"])[0].required(name, "num")
            return try compute(.modulo, value, divisor).equals(.integer(0))
        case "sameas":
            return value.isIdentical(to: try arguments.bind(name, ["other"])[0].required(name, "other"))
        default:
            guard Tests.names.contains(name) else {
                throw ChatTemplateError(.syntax, "No test named '\(name)'.")
            }
            throw ChatTemplateError(.type, "the test '\(name)' takes no arguments")
        }
    }

    private func plainTest(_ name: String, _ value: Value) throws(ChatTemplateError) -> Bool? {
        switch name {
        case "defined": return !value.isUndefined
        case "undefined": return value.isUndefined
        case "none": return value.isNone
        case "string": return value.text != nil
        case "true": if case .bool(true) = value { return true } else { return false }
        case "false": if case .bool(false) = value { return true } else { return false }
        case "boolean": if case .bool = value { return true } else { return false }
        case "integer":
            switch value {
            case .integer, .bigInteger: return true
            default: return false
            }
        case "float": if case .float = value { return true } else { return false }
        case "number": return value.isNumber
        case "mapping": if case .dict = value { return true } else { return false }
        case "sequence", "iterable", "callable": return kindTest(name, value)
        case "odd", "even":
            return try compute(.modulo, value, .integer(2)).equals(.integer(name == "odd" ? 1 : 0))
        case "lower", "upper":
            let text = try text(of: value)
            try charge(bytes: text.utf8.count)
            return StringPredicates.evaluate("is\(name)", text)
        case "escaped": return value.isMarkup
        case "filter", "test":
            try checkHashable(value)
            guard let other = value.text else { return false }
            return name == "filter" ? Filters.names.contains(other) : Tests.names.contains(other)
        default: return nil
        }
    }

    private func kindTest(_ name: String, _ value: Value) -> Bool {
        switch value {
        case .undefined: true
        case .string, .markup, .list, .tuple, .dict, .range: name != "callable"
        case .view, .iterator, .blocks: name == "iterable"
        case .loop: name != "sequence"
        case .macro, .function, .method, .joiner, .block: name == "callable"
        default: false
        }
    }
}
