/// The methods of strings that are marked safe: results are marked again, and what is put in is escaped.
///
/// **Source** markupsafe 3 `Markup`.
enum MarkupMethods {
    static let names: Set<String> = ["unescape", "striptags", "escape"]

    /// Methods of which the argument at a place is text that comes to stand in the result.
    private static let escaped: [String: Int] = ["replace": 1, "ljust": 1, "rjust": 1, "center": 1]
    /// Methods whose results are ordinary strings or no strings.
    private static let unmarked: Set<String> = ["unescape", "striptags", "encode"]

    static func call(
        _ name: String, _ text: String, _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        switch name {
        case "striptags":
            _ = try arguments.bind(name, [])
            return try interpreter.string(HTML.stripTags(text))
        case "unescape":
            _ = try arguments.bind(name, [])
            return try interpreter.string(HTML.unescaped(text))
        case "escape":
            return try interpreter.escaped(try arguments.bindPositional(name, ["s"])[0].required(name, "s"))
        case "format", "format_map":
            let arguments = try StringMethods.formatArguments(name, arguments)
            return try interpreter.markup(try BraceFormat.format(text, arguments, escaping: true, interpreter))
        default: break
        }
        var arguments = arguments
        if let index = escaped[name], index < arguments.positional.count {
            arguments.positional[index] = try interpreter.escaped(arguments.positional[index])
        }
        if name == "join", arguments.positional.count == 1 {
            var parts: [Value] = []
            for part in try interpreter.elements(of: arguments.positional[0]) {
                parts.append(try interpreter.escaped(part))
            }
            arguments.positional[0] = try interpreter.list(parts)
        }
        let result = try StringMethods.call(name, text, arguments, interpreter)
        return unmarked.contains(name) ? result : marked(result)
    }

    private static func marked(_ value: Value) -> Value {
        switch value {
        case .string(let text): .markup(text)
        case .list(let list): .list(ListValue(list.elements.map(marked)))
        case .tuple(let list): .tuple(ListValue(list.elements.map(marked)))
        default: value
        }
    }
}

extension Interpreter {
    /// markupsafe's `escape`.
    func escaped(_ value: Value) throws(ChatTemplateError) -> Value {
        if case .markup = value { return value }
        let text = try text(of: value)
        try charge(bytes: text.utf8.count * 5)
        return .markup(text.htmlEscaped)
    }

    /// A value as a string that is marked safe.
    func safe(_ value: Value) throws(ChatTemplateError) -> Value {
        if case .markup = value { return value }
        return .markup(try text(of: value))
    }
}
