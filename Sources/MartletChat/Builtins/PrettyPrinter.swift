/// Python's `pprint.pformat`: sorted dicts, and a line for each element of what does not fit in 80 columns.
struct PrettyPrinter {
    private static let width = 80
    private var result = ""

    static func text(of value: Value, _ interpreter: Interpreter) throws(ChatTemplateError) -> String {
        var printer = PrettyPrinter()
        try printer.write(sorted(value, interpreter), indent: 0, allowance: 0, level: 1)
        return printer.result
    }

    /// The value with the keys of its dicts in order; those of different types by the types' names.
    private static func sorted(_ value: Value, _ interpreter: Interpreter) throws(ChatTemplateError) -> Value {
        switch value {
        case .list(let list):
            return .list(ListValue(try sorted(list.elements, interpreter)))
        case .tuple(let list):
            return .tuple(ListValue(try sorted(list.elements, interpreter)))
        case .dict(let dict):
            let entries = try sortedEntries(of: dict, interpreter)
            var unique: [(key: Value, value: Value)] = []
            for case .tuple(let pair) in entries {
                unique.append((pair.elements[0], try sorted(pair.elements[1], interpreter)))
            }
            return .dict(DictValue(unique: unique))
        default: return value
        }
    }

    private static func sortedEntries(
        of dict: DictValue, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> [Value] {
        let keyed = dict.entries.map { (key: $0.key, element: Value.tuple(ListValue([$0.key, $0.value]))) }
        do throws(ChatTemplateError) {
            return try Sorting.sorted(keyed, interpreter)
        } catch {
            guard error.kind == .type || error.kind == .undefined else { throw error }
            return try Sorting.sorted(keyed.map { (.string($0.key.typeName), $0.element) }, interpreter)
        }
    }

    private static func sorted(_ values: [Value], _ interpreter: Interpreter) throws(ChatTemplateError) -> [Value] {
        var results: [Value] = []
        for value in values { results.append(try sorted(value, interpreter)) }
        return results
    }

    private mutating func write(_ value: Value, indent: Int, allowance: Int, level: Int) {
        let plain = value.repr
        let room = Self.width - indent - allowance
        guard plain.scalarCount > room else {
            result += plain
            return
        }
        switch value {
        case .dict(let dict) where dict.count > 0:
            result += "{"
            for (index, entry) in dict.entries.enumerated() {
                let isLast = index == dict.count - 1
                let key = entry.key.repr
                result += key + ": "
                let inner = indent + 1 + key.scalarCount + 2
                write(entry.value, indent: inner, allowance: isLast ? allowance + 1 : 1, level: level + 1)
                if !isLast { result += ",\n" + String(repeating: " ", count: indent + 1) }
            }
            result += "}"
        case .list(let list) where !list.elements.isEmpty:
            write(list.elements, "[", "]", indent: indent, allowance: allowance, level: level)
        case .tuple(let list) where !list.elements.isEmpty:
            let close = list.elements.count == 1 ? ",)" : ")"
            write(list.elements, "(", close, indent: indent, allowance: allowance, level: level)
        case .string(let text): write(text, indent: indent, allowance: allowance, level: level)
        default: result += plain
        }
    }

    private mutating func write(
        _ elements: [Value], _ open: String, _ close: String, indent: Int, allowance: Int, level: Int
    ) {
        result += open
        for (index, element) in elements.enumerated() {
            let isLast = index == elements.count - 1
            let after = isLast ? allowance + close.utf8.count : 1
            write(element, indent: indent + 1, allowance: after, level: level + 1)
            if !isLast { result += ",\n" + String(repeating: " ", count: indent + 1) }
        }
        result += close
    }

    /// A string in several literals, cut at line ends and between words.
    private mutating func write(_ text: String, indent: Int, allowance: Int, level: Int) {
        let isOutermost = level == 1
        let (indent, allowance) = isOutermost ? (indent + 1, allowance + 1) : (indent, allowance)
        var chunks: [String] = []
        let lines = text.lines(keepingEnds: true)
        for (index, line) in lines.enumerated() {
            var room = Self.width - indent
            if index == lines.count - 1 { room -= allowance }
            let whole = Value.string(line).repr
            if whole.scalarCount <= room {
                chunks.append(whole)
                continue
            }
            let parts = Self.words(line)
            var current = ""
            for (position, part) in parts.enumerated() {
                var room = Self.width - indent
                if position == parts.count - 1, index == lines.count - 1 { room -= allowance }
                if Value.string(current + part).repr.scalarCount > room {
                    if !current.isEmpty { chunks.append(Value.string(current).repr) }
                    current = part
                } else {
                    current += part
                }
            }
            if !current.isEmpty { chunks.append(Value.string(current).repr) }
        }
        if chunks.count == 1 {
            result += chunks[0]
            return
        }
        if isOutermost { result += "(" }
        result += chunks.joined(separator: "\n" + String(repeating: " ", count: indent))
        if isOutermost { result += ")" }
    }

    /// Words with the whitespace after them.
    private static func words(_ text: String) -> [String] {
        var (words, word, isInBlank): ([String], String.UnicodeScalarView, Bool) = ([], .init(), false)
        for scalar in text.unicodeScalars {
            let isBlank = PythonWhitespace.contains(scalar)
            if isInBlank, !isBlank {
                words.append(String(word))
                word = .init()
            }
            word.append(scalar)
            isInBlank = isBlank
        }
        if !word.isEmpty { words.append(String(word)) }
        return words
    }
}
