/// `json.dumps` as transformers' `tojson` calls it.
struct JSONDump {
    var ensuresASCII = false
    /// What one level of nesting is indented by; nil for one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
    private var result = ""

    init() {}

    /// The JSON text of a value.
    mutating func text(of value: Value) throws(ChatTemplateError) -> String {
        result = ""
        try write(value, level: 0)
        return result
    }

    private mutating func write(_ value: Value, level: Int) throws(ChatTemplateError) {
        switch value {
        case .none: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .integer(let value): result += String(value)
        case .float(let value): result += Self.number(value)
        case .string(let text), .markup(let text): write(text)
        case .list(let list), .tuple(let list):
            result += "["
            for (index, element) in list.elements.enumerated() {
                separate(index, level + 1)
                try write(element, level: level + 1)
            }
            close("]", isEmpty: list.elements.isEmpty, level)
        case .dict(let dict):
            result += "{"
            for (index, entry) in try ordered(dict).enumerated() {
                separate(index, level + 1)
                write(try Self.key(entry.key))
                result += keySeparator
                try write(entry.value, level: level + 1)
            }
            close("}", isEmpty: dict.count == 0, level)
        default:
            throw ChatTemplateError(.type, "Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private func ordered(_ dict: DictValue) throws(ChatTemplateError) -> [(key: Value, value: Value)] {
        guard sortsKeys else { return dict.entries }
        return try Sorting.sorted(dict.entries, by: \.key)
    }

    private mutating func separate(_ index: Int, _ level: Int) {
        if index > 0 { result += itemSeparator }
        newline(level)
    }

    private mutating func close(_ bracket: String, isEmpty: Bool, _ level: Int) {
        if !isEmpty { newline(level) }
        result += bracket
    }

    private mutating func newline(_ level: Int) {
        guard let indent else { return }
        result += "\n"
        for _ in 0..<level { result += indent }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return PythonFloat.repr(value)
    }

    private static func key(_ key: Value) throws(ChatTemplateError) -> String {
        switch key {
        case .string(let text), .markup(let text): return text
        case .integer(let value): return String(value)
        case .float(let value): return number(value)
        case .bool(let value): return value ? "true" : "false"
        case .none: return "null"
        default:
            throw ChatTemplateError(
                .type, "keys must be str, int, float, bool or None, not \(key.typeName)")
        }
    }

    private mutating func write(_ text: String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            default:
                if scalar.value < 0x20 || (ensuresASCII && !scalar.isASCII) || (ensuresASCII && scalar.value == 0x7F) {
                    for unit in UTF16.encode(scalar)! {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        result += "\""
    }
}
