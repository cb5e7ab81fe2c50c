/// How a template wants a message's content.
public enum ChatTemplateContentFormat: String, Sendable, Hashable, CaseIterable {
    /// As one text.
    case string
    /// As the list of parts that the API takes.
    case openai
}

/// Finds out whether a template goes over the parts of contents.
///
/// **Source** vLLM `_detect_content_format`.
struct ContentFormatDetector {
    private let search: SyntaxSearch
    private let names: [String]

    init(_ body: [Statement], names: [String]) {
        search = SyntaxSearch(body)
        self.names = names
    }

    /// `openai` where a loop goes over content; `string` otherwise, and where variables are too intricate to follow.
    var format: ChatTemplateContentFormat {
        guard let messages = variables(holding: "messages"), let items = messageVariables(messages) else {
            return .string
        }
        for (loop, macros) in search.loops {
            let isContent = items.contains { isAccess(loop.iterable, to: $0, "content") }
            guard isContent || goesOverContent(loop, macros, items) else { continue }
            guard case .name = loop.target else { return .string }
            return .openai
        }
        return .string
    }

    /// The names that a list of messages is given; nil where it is assigned to something that is no name.
    private func variables(holding name: String) -> [String]? {
        var (found, next) = ([name], 0)
        while next < found.count {
            for (target, value) in search.assignments where isAccess(value, to: found[next], nil) {
                guard case .name(let use) = target else { return nil }
                if !found.contains(names[use.name]) { found.append(names[use.name]) }
            }
            next += 1
        }
        return found
    }

    /// The names that single messages are given by loops; nil where they are taken apart.
    private func messageVariables(_ messages: [String]) -> [String]? {
        var items: [String] = []
        for (loop, _) in search.loops where messages.contains(where: { isAccess(loop.iterable, to: $0, nil) }) {
            guard case .name(let use) = loop.target else { return nil }
            items.append(names[use.name])
        }
        return items
    }

    /// Whether a loop goes over a variable that content is passed in: `content`, or a macro's parameter.
    private func goesOverContent(_ loop: Loop, _ macros: [MacroDefinition], _ items: [String]) -> Bool {
        guard case .name(let use) = loop.iterable else { return false }
        let name = names[use.name]
        guard let macro = macros.last else { return name == "content" }
        guard let index = macro.parameters.firstIndex(where: { $0.name == name }) else { return false }
        return search.calls.contains { callee, arguments in
            guard case .name(let use) = callee, names[use.name] == macro.name else { return false }
            var values = arguments.named.filter { $0.name == name }.map(\.value)
            if index < arguments.positional.count { values.append(arguments.positional[index]) }
            return values.contains { value in items.contains { isAccess(value, to: $0, "content") } }
        }
    }

    /// Whether an expression is a variable or the member `key` of one, filtered, tested or cut.
    private func isAccess(_ expression: Expression, to name: String, _ key: String?) -> Bool {
        switch expression {
        case .filter(let value, _), .test(let value, _, _), .slice(let value, _, _, _):
            return isAccess(value, to: name, key)
        case .name(let use): return key == nil && names[use.name] == name
        case .attribute(.name(let use), let attribute, _): return attribute == key && names[use.name] == name
        case .item(.name(let use), .literal(.string(let member))): return member == key && names[use.name] == name
        default: return false
        }
    }
}
