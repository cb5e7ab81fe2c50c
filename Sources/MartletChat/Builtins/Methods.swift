/// The methods of lists, dicts and template objects; those of strings are in `StringMethods`.
enum Methods {
    static let tuple: Set<String> = ["index", "count"]
    static let list: Set<String> = ["index", "count", "copy"]
    static let listMutating: Set<String> = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]
    static let dict: Set<String> = ["get", "items", "keys", "values", "copy", "fromkeys"]
    static let dictMutating: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]
    static let string = StringMethods.names
    static let markup = MarkupMethods.names

    /// Whether a dict has no method or hidden attribute of that name.
    static func isMember(_ name: String) -> Bool {
        !dict.contains(name) && !dictMutating.contains(name) && name.utf8.first != UInt8(ascii: "_")
    }

    /// Calls a bound method.
    static func call(
        _ method: BoundMethod, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let name = method.name
        switch method.receiver {
        case .string(let text): return try StringMethods.call(name, text, arguments, interpreter)
        case .markup(let text): return try MarkupMethods.call(name, text, arguments, interpreter)
        case .list, .tuple, .range:
            return try callSequence(name, method.receiver, arguments, interpreter)
        case .dict(let dict): return try call(name, dict, arguments, interpreter)
        case .function(.dict): return try fromKeys(arguments, interpreter)
        case .view(_, let dict): return try isDisjoint(method.receiver, dict, arguments, interpreter)
        case .loop(let state): return try call(name, state, arguments, interpreter)
        case .cycler(let cycler):
            _ = try arguments.bind(name, [])
            if name == "reset" {
                cycler.position = 0
                return .none
            }
            defer { cycler.position = (cycler.position + 1) % cycler.items.count }
            return cycler.items[cycler.position]
        default: return try NumberMethods.call(name, method.receiver, arguments)
        }
    }

    private static func callSequence(
        _ name: String, _ sequence: Value, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let elements = try interpreter.elements(of: sequence)
        try interpreter.charge(sequence.extent.weight)
        if name == "copy" {
            _ = try arguments.bind(name, [])
            return try interpreter.list(elements)
        }
        let hasBounds = name == "index" && sequence.typeName != "range"
        let bound = try arguments.bindPositional(name, hasBounds ? ["value", "start", "stop"] : ["value"])
        let element = try bound[0].required(name, "value")
        if name == "count" { return .integer(elements.count { $0.equals(element) }) }
        var range = 0..<elements.count
        if hasBounds, bound[1] != nil {
            let start = try bound[1].index(name, or: 0)
            let bounds = try SliceBounds(start, try bound[2].index(name, or: .max), nil, count: elements.count)
            range = bounds.start..<max(bounds.start, bounds.stop)
        }
        guard let index = range.first(where: { elements[$0].equals(element) }) else {
            throw ChatTemplateError(.value, "the value is not in the \(sequence.typeName)")
        }
        return .integer(index)
    }

    private static func call(
        _ name: String, _ dict: DictValue, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        switch name {
        case "get":
            let bound = try arguments.bindPositional("get", ["key", "default"])
            let key = try bound[0].required("get", "key")
            try interpreter.checkHashable(key)
            return dict[key] ?? bound[1] ?? .none
        case "fromkeys": return try fromKeys(arguments, interpreter)
        default: break
        }
        _ = try arguments.bind(name, [])
        switch name {
        case "items": return .view(.items, dict)
        case "keys": return .view(.keys, dict)
        case "values": return .view(.values, dict)
        default: return try interpreter.dict(dict.entries)
        }
    }

    private static func fromKeys(
        _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let bound = try arguments.bindPositional("fromkeys", ["iterable", "value"])
        var entries: [(key: Value, value: Value)] = []
        for key in try interpreter.elements(of: try bound[0].required("fromkeys", "iterable")) {
            try interpreter.checkHashable(key)
            entries.append((key, bound[1] ?? .none))
        }
        return try interpreter.dict(entries)
    }

    private static func isDisjoint(
        _ view: Value, _ dict: DictValue, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        let other = try arguments.bindPositional("isdisjoint", ["other"])[0].required("isdisjoint", "other")
        for element in try interpreter.elements(of: other) where try interpreter.contains(view, element) {
            return .bool(false)
        }
        return .bool(true)
    }

    private static func call(
        _ name: String, _ state: LoopState, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        guard arguments.named.isEmpty else {
            throw ChatTemplateError(.type, "loop.\(name)() takes no keyword arguments")
        }
        if name == "cycle" {
            guard !arguments.positional.isEmpty else { throw ChatTemplateError(.type, "no items for cycling given") }
            return arguments.positional[max(0, state.index) % arguments.positional.count]
        }
        let value = try interpreter.tuple(arguments.positional)
        try interpreter.charge(value.extent.weight)
        guard !(state.lastChecked?.equals(value) ?? false) else { return .bool(false) }
        state.lastChecked = value
        return .bool(true)
    }
}
