/// Filters over whole sequences.
enum SequenceFilters {
    static let length: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("length", [])
        return .integer(try interpreter.length(of: value))
    }

    static let list: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("list", [])
        return try interpreter.list(try interpreter.elements(of: value))
    }

    static let first: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("first", [])
        if let text = value.text {
            guard let scalar = text.unicodeScalars.first else { return empty("first") }
            return .string(String(scalar))
        }
        var cursor = try interpreter.cursor(over: value)
        return try cursor.next() ?? empty("first")
    }

    static let last: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("last", [])
        guard value.isReversible else {
            throw ChatTemplateError(.type, "'\(value.typeName)' object is not reversible")
        }
        return try interpreter.elements(of: value).last ?? empty("last")
    }

    private static func empty(_ which: String) -> Value {
        .undefined(UndefinedValue("No \(which) item, sequence was empty."))
    }

    static let reverse: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("reverse", [])
        if value.text != nil { return try interpreter.slice(value, nil, nil, -1) }
        let reversed = Array(try interpreter.elements(of: value).reversed())
        guard value.isReversible else { return try interpreter.list(reversed) }
        var index = 0
        return try interpreter.lazily(over: value, typeName: "reversed") { () throws(ChatTemplateError) in
            guard index < reversed.count else { return nil }
            index += 1
            return reversed[index - 1]
        }
    }

    static let items: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("items", [])
        var index = 0
        return try interpreter.lazily(over: value) { () throws(ChatTemplateError) in
            if value.isUndefined { return nil }
            guard case .dict(let dict) = value else {
                throw ChatTemplateError(.type, "Can only get item pairs from a mapping.")
            }
            guard index < dict.count else { return nil }
            index += 1
            let entry = dict.entries[index - 1]
            return .tuple(ListValue([entry.key, entry.value]))
        }
    }

    static let sum: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("sum", ["attribute", "start"])
        let path = AttributePath(bound[0])
        var total = bound[1] ?? .integer(0)
        if total.text != nil { throw ChatTemplateError(.type, "sum() can't sum strings [use ''.join(seq) instead]") }
        for element in try interpreter.elements(of: value) {
            total = try interpreter.compute(.add, total, try path.value(of: element, interpreter))
        }
        return total
    }

    /// What is an attribute, not a dict's members.
    static let attribute: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let name = try Optional(try arguments.bind("attr", ["name"])[0].required("attr", "name")).text("attr", or: "")
        return try interpreter.builtinAttribute(name, of: value)
            ?? .undefined(UndefinedValue(.attribute(name, typeName: value.typeName)))
    }
}

extension Interpreter {
    /// Python's `len`.
    func length(of value: Value) throws(ChatTemplateError) -> Int {
        switch value {
        case .string(let text), .markup(let text):
            try charge(bytes: text.utf8.count)
            return text.scalarCount
        case .list(let list), .tuple(let list): return list.elements.count
        case .dict(let dict), .view(_, let dict): return dict.count
        case .range(let start, let stop, let step): return Value.rangeCount(start, stop, step)
        case .loop(let state): return try state.length()
        case .undefined: return 0
        default: throw ChatTemplateError(.type, "object of type '\(value.typeName)' has no len()")
        }
    }
}

extension Value {
    /// Whether Python's `reversed` takes it.
    fileprivate var isReversible: Bool {
        switch self {
        case .undefined, .string, .markup, .list, .tuple, .dict, .view, .range: true
        default: false
        }
    }
}
