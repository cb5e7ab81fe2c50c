/// The methods of lists, dicts and template objects; those of strings are in `StringMethods`.
enum Methods {
    static let list: Set<String> = ["index", "count", "copy"]
    static let listMutating: Set<String> = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]
    static let dict: Set<String> = ["get", "items", "keys", "values", "copy"]
    static let dictMutating: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]
    static let string = StringMethods.names

    /// Calls a bound method.
    static func call(
        _ method: BoundMethod, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        switch method.receiver {
        case .string(let text), .markup(let text):
            return try StringMethods.call(method.name, text, arguments, interpreter)
        case .list(let list), .tuple(let list): return try call(method, list, arguments, interpreter)
        case .dict(let dict): return try call(method, dict, arguments, interpreter)
        case .loop(let state): return try call(method, state, arguments, interpreter)
        case .cycler(let cycler):
            if method.name == "reset" {
                cycler.position = 0
                return .none
            }
            defer { cycler.position = (cycler.position + 1) % cycler.items.count }
            return cycler.items[cycler.position]
        default: throw ChatTemplateError(.type, "'\(method.receiver.typeName)' object has no method '\(method.name)'")
        }
    }

    private static func call(
        _ method: BoundMethod, _ list: ListValue, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        try interpreter.charge(list.extent.weight)
        if method.name == "copy" { return .list(list) }
        let element = try arguments.bind(method.name, ["value"])[0].required(method.name, "value")
        if method.name == "count" { return .integer(list.elements.count { $0.equals(element) }) }
        guard let index = list.elements.firstIndex(where: { $0.equals(element) }) else {
            throw ChatTemplateError(.value, "\(element.repr) is not in list")
        }
        return .integer(index)
    }

    private static func call(
        _ method: BoundMethod, _ dict: DictValue, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        switch method.name {
        case "get":
            let bound = try arguments.bind("get", ["key", "default"])
            let key = try bound[0].required("get", "key")
            try interpreter.checkHashable(key)
            return dict[key] ?? bound[1] ?? .none
        case "items": return .view(.items, dict)
        case "keys": return .view(.keys, dict)
        case "values": return .view(.values, dict)
        default: return .dict(dict)
        }
    }

    private static func call(
        _ method: BoundMethod, _ state: LoopState, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        if method.name == "cycle" {
            guard !arguments.positional.isEmpty else { throw ChatTemplateError(.type, "no items for cycling given") }
            return arguments.positional[state.index % arguments.positional.count]
        }
        let value = try interpreter.tuple(arguments.positional)
        defer { state.lastChecked = value }
        return .bool(!(state.lastChecked?.equals(value) ?? false))
    }
}
