/// Reads the Python expressions that models write tool calls in: `name(key=literal, ...)` and literals.
///
/// Literals are strings (prefixed, triple-quoted and adjacent ones too), numbers with signs, `True`, `False`, `None`
/// and their JSON spellings, lists, tuples, sets and dicts. Tuples and sets become arrays.
///
/// **Source** vLLM `tool_parsers/utils.py` `get_parameter_value`, `handle_single_tool`; Python's grammar of literals.
struct PythonLiteral {
    let bytes: [UInt8]
    var index: Int
    /// Containers within each other; deeper ones are refused.
    private var depth = 0
    private static let maxDepth = 200

    init(_ bytes: [UInt8], at index: Int = 0) {
        self.bytes = bytes
        self.index = index
    }

    /// A call with keyword arguments; nil where the text is none. Positional arguments have no name and are refused.
    mutating func call() -> (name: String, arguments: ArgumentMembers)? {
        guard var name = identifier() else { return nil }
        skipSpace()
        while take(".") {
            skipSpace()
            guard let part = identifier() else { return nil }
            name += "." + part
            skipSpace()
        }
        guard take("(") else { return nil }
        var arguments = ArgumentMembers()
        skipSpace()
        while !take(")") {
            guard let key = identifier() else { return nil }
            skipSpace()
            guard take("=") else { return nil }
            skipSpace()
            guard let value = value() else { return nil }
            arguments.set(key, value)
            guard separator(before: ")") else { return nil }
        }
        return (name, arguments)
    }

    /// One literal.
    mutating func value() -> PythonJSON? {
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "["): return elements(closing: "]").map { .array($0) }
        case UInt8(ascii: "("): return parenthesised()
        case UInt8(ascii: "{"): return braces()
        case UInt8(ascii: "-"), UInt8(ascii: "+"): return signed()
        case 0x30...0x39, UInt8(ascii: "."): return PythonLiteralNumber.read(bytes, &index).map { .scalar($0) }
        default: return word()
        }
    }

    private mutating func word() -> PythonJSON? {
        if let text = PythonLiteralString.read(bytes, &index) { return .string(text) }
        switch identifier() {
        case "True", "true": return .bool(true)
        case "False", "false": return .bool(false)
        case "None", "null": return .null
        default: return nil
        }
    }

    private mutating func signed() -> PythonJSON? {
        var isNegative = false
        while index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            if bytes[index] == UInt8(ascii: "-") { isNegative.toggle() }
            index += 1
            skipSpace()
        }
        guard let number = PythonLiteralNumber.read(bytes, &index) else { return nil }
        return .scalar(isNegative && number != "0" ? "-" + number : number)
    }

    private mutating func elements(closing: Unicode.Scalar) -> [PythonJSON]? {
        guard enter() else { return nil }
        var elements: [PythonJSON] = []
        while !take(closing) {
            guard let value = value() else { return nil }
            elements.append(value)
            guard separator(before: closing) else { return nil }
        }
        depth -= 1
        return elements
    }

    /// A value in parentheses, or a tuple.
    private mutating func parenthesised() -> PythonJSON? {
        let start = index
        guard let elements = elements(closing: ")") else { return nil }
        guard elements.count == 1 else { return .array(elements) }
        var last = index - 2
        while last > start, Self.isSpace(bytes[last]) { last -= 1 }
        return bytes[last] == UInt8(ascii: ",") ? .array(elements) : elements[0]
    }

    /// A dict, or a set.
    private mutating func braces() -> PythonJSON? {
        guard enter() else { return nil }
        defer { depth -= 1 }
        if take("}") { return .object([]) }
        guard let first = value() else { return nil }
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { return set(first) }
        var object = ArgumentMembers()
        var key: PythonJSON? = first
        while let name = key.flatMap(Self.keyText) {
            skipSpace()
            guard take(":") else { return nil }
            skipSpace()
            guard let value = value() else { return nil }
            object.set(name, value)
            guard separator(before: "}") else { return nil }
            if take("}") { return .object(object.members) }
            key = self.value()
        }
        return nil
    }

    private mutating func set(_ first: PythonJSON) -> PythonJSON? {
        var elements = [first]
        while true {
            guard separator(before: "}") else { return nil }
            if take("}") { return .array(elements) }
            guard let value = value() else { return nil }
            elements.append(value)
        }
    }

    /// How `json.dumps` writes a dict's key.
    private static func keyText(_ key: PythonJSON) -> String? {
        switch key {
        case .string(let text): text
        case .scalar(let text): text
        case .array, .object: nil
        }
    }

    // MARK: - Characters

    private mutating func enter() -> Bool {
        index += 1
        depth += 1
        skipSpace()
        return depth <= Self.maxDepth
    }

    /// Takes the comma after an element, or stands before the closing bracket.
    private mutating func separator(before closing: Unicode.Scalar) -> Bool {
        skipSpace()
        guard take(",") else { return index < bytes.count && bytes[index] == UInt8(ascii: closing) }
        skipSpace()
        return true
    }

    /// Takes one ASCII character.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// Skips whitespace, line breaks and joined lines.
    mutating func skipSpace() {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }

    /// A Python name; letters beyond ASCII count as letters.
    mutating func identifier() -> String? {
        let start = index
        while index < bytes.count, Self.isWordByte(bytes[index]) { index += 1 }
        guard index > start, !(0x30...0x39).contains(bytes[start]) else {
            index = start
            return nil
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
            || (0x41...0x5A).contains(byte & 0xDF)
    }
}
