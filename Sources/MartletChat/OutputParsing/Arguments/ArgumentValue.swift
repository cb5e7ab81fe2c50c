import MartletJSON

/// A value of a tool call's arguments. Numbers are kept as text, because JSON and Python allow any size.
enum ArgumentValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number as Python's `json.dumps` writes it.
    case number(String)
    case string(String)
    case array([ArgumentValue])
    case object(ArgumentObject)
}

/// The members of an object in the order of their first mention; a later value replaces an earlier one.
struct ArgumentObject: Equatable, Sendable {
    private(set) var keys: [String] = []
    private(set) var values: [ArgumentValue] = []
    /// Where each key stands, by its bytes: Swift's strings would take canonically equivalent keys for one.
    private var positions: [[UInt8]: Int] = [:]

    var isEmpty: Bool { keys.isEmpty }

    mutating func set(_ key: String, _ value: ArgumentValue) {
        let position = positions[Array(key.utf8), default: keys.count]
        if position < keys.count {
            values[position] = value
        } else {
            positions[Array(key.utf8)] = position
            keys.append(key)
            values.append(value)
        }
    }
}

// MARK: - JSON

extension ArgumentValue {
    /// The value of a JSON text; nil where the text is not JSON or holds a number beyond a double's range.
    static func parse(json text: String) -> ArgumentValue? {
        var text = text
        return text.withUTF8 { bytes in
            var reader = JSONPullReader(bytes)
            guard let value = try? read(&reader, bytes), (try? reader.finish()) != nil else { return nil }
            return value
        }
    }

    private static func read(
        _ reader: inout JSONPullReader, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(JSONError) -> ArgumentValue {
        switch try reader.peek() {
        case .object:
            var object = ArgumentObject()
            try reader.beginObject()
            while let key = try reader.nextKey() { object.set(key, try read(&reader, bytes)) }
            return .object(object)
        case .array:
            var elements: [ArgumentValue] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try read(&reader, bytes)) }
            return .array(elements)
        case .string: return .string(try reader.string { String(decoding: $0, as: UTF8.self) })
        case .number:
            let start = reader.offset
            try reader.skip()
            return numeric(String(decoding: bytes[start..<reader.offset], as: UTF8.self))
        case .bool: return .bool(try reader.bool())
        case .null:
            try reader.skip()
            return .null
        }
    }

    /// A number in JSON's spelling.
    private static func numeric(_ text: String) -> ArgumentValue {
        if let integer = PythonNumber.integer(text) { return .number(integer) }
        return .number(PythonFloat.repr(Double(text) ?? 0))
    }

    /// The JSON text as Python's `json.dumps(value, ensure_ascii=False)` writes it.
    var json: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += value
        case .string(let value): Self.write(value, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ", " }
                element.write(to: &text)
            }
            text += "]"
        case .object(let object):
            text += "{"
            for (index, key) in object.keys.enumerated() {
                if index > 0 { text += ", " }
                Self.write(key, to: &text)
                text += ": "
                object.values[index].write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
