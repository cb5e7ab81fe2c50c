/// `json.dumps` as transformers' `tojson` calls it.
struct JSONDump {
    var ensuresASCII = false
    /// What one level of nesting is indented by; nil for one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
    private var result: [UInt8] = []

    init() {}

    /// The JSON text of a value.
    mutating func text(of value: Value, _ interpreter: Interpreter) throws(ChatTemplateError) -> String {
        result = []
        try write(value, level: 0, interpreter)
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func put(_ text: String) { result.append(contentsOf: text.utf8) }

    private mutating func write(
        _ value: Value, level: Int, _ interpreter: Interpreter
    ) throws(ChatTemplateError) {
        switch value {
        case .none: put("null")
        case .bool(let value): put(value ? "true" : "false")
        case .integer(let value): put(String(value))
        case .bigInteger(let number):
            try interpreter.checkPrintable(value)
            put(number.text())
        case .float(let value): put(Self.number(value))
        case .string(let text), .markup(let text): write(text)
        case .list(let list), .tuple(let list):
            put("[")
            for (index, element) in list.elements.enumerated() {
                separate(index, level + 1)
                try write(element, level: level + 1, interpreter)
            }
            close("]", isEmpty: list.elements.isEmpty, level)
        case .dict(let dict):
            put("{")
            for (index, entry) in try ordered(dict, interpreter).enumerated() {
                separate(index, level + 1)
                write(try Self.key(entry.key))
                put(keySeparator)
                try write(entry.value, level: level + 1, interpreter)
            }
            close("}", isEmpty: dict.count == 0, level)
        default:
            throw ChatTemplateError(.type, "Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private func ordered(
        _ dict: DictValue, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> [(key: Value, value: Value)] {
        guard sortsKeys else { return dict.entries }
        let keyed = dict.entries.map { (key: $0.key, element: Value.tuple(ListValue([$0.key, $0.value]))) }
        return try Sorting.sorted(keyed, interpreter).compactMap { element in
            guard case .tuple(let pair) = element else { return nil }
            return (pair.elements[0], pair.elements[1])
        }
    }

    private mutating func separate(_ index: Int, _ level: Int) {
        if index > 0 { put(itemSeparator) }
        newline(level)
    }

    private mutating func close(_ bracket: String, isEmpty: Bool, _ level: Int) {
        if !isEmpty { newline(level) }
        put(bracket)
    }

    private mutating func newline(_ level: Int) {
        guard let indent else { return }
        put("\n")
        for _ in 0..<level { put(indent) }
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
        case .bigInteger(let value): return value.text()
        case .float(let value): return number(value)
        case .bool(let value): return value ? "true" : "false"
        case .none: return "null"
        default:
            throw ChatTemplateError(
                .type, "keys must be str, int, float, bool or None, not \(key.typeName)")
        }
    }

    private mutating func write(_ text: String) {
        result.append(UInt8(ascii: "\""))
        if ensuresASCII, !text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) {
            for scalar in text.unicodeScalars { writeASCII(scalar) }
        } else {
            var text = text
            text.withUTF8 { bytes in
                var plainStart = 0
                for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                    result.append(contentsOf: bytes[plainStart..<index])
                    writeEscape(of: byte)
                    plainStart = index + 1
                }
                result.append(contentsOf: bytes[plainStart...])
            }
        }
        result.append(UInt8(ascii: "\""))
    }

    private mutating func writeASCII(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" {
            writeEscape(of: UInt8(scalar.value))
        } else if scalar.value < 0x7F {
            result.append(UInt8(scalar.value))
        } else {
            for unit in UTF16.encode(scalar)! { writeUnit(unit) }
        }
    }

    private mutating func writeEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): put("\\\"")
        case UInt8(ascii: "\\"): put("\\\\")
        case 0x0A: put("\\n")
        case 0x0D: put("\\r")
        case 0x09: put("\\t")
        case 0x08: put("\\b")
        case 0x0C: put("\\f")
        default: writeUnit(UInt16(byte))
        }
    }

    private mutating func writeUnit(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        put("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
    }
}
