/// Reads one JSON text value by value without building a tree: for documents of many megabytes such as tokenizer.json.
///
/// Calls follow the text: `beginObject`, then `nextKey` until nil with one value read or skipped after each key;
/// `beginArray`, then `nextElement` until false likewise; `finish` at the end. The grammar is RFC 8259 without
/// extensions, as `JSONReader` has it.
public struct JSONPullReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    private let maxDepth: Int
    private var depth = 0
    /// True once a value of the open container was read, so that a comma must come before the next.
    var needsComma = false
    /// The last string that had escapes, unescaped.
    var unescaped: [UInt8] = []

    /// What the next value is.
    public enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    /// A reader over bytes that must stay valid and unchanged while it is used.
    public init(_ bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int = 512) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    /// The offset of the next byte to be read.
    public var offset: Int { position }

    /// An error at the current position, for callers that find a value of the wrong kind.
    public func error(_ message: String) -> JSONError { JSONError(message, offset: position) }

    @inline(__always)
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always)
    mutating func skipWhitespace() {
        while let byte = current, byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position &+= 1
        }
    }

    /// The kind of the next value, which is not consumed.
    @inline(__always)
    public mutating func peek() throws(JSONError) -> Kind {
        skipWhitespace()
        switch current {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return .number
        case nil: throw error("unexpected end, expected a value")
        default: throw error("expected a value")
        }
    }

    /// Checks that only whitespace is left.
    public mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard position == bytes.count else { throw error("expected the end of the text") }
    }
}

// MARK: - Containers

extension JSONPullReader {
    /// Enters an object.
    public mutating func beginObject() throws(JSONError) {
        guard try peek() == .object else { throw error("expected an object") }
        try enter()
    }

    /// Enters an array.
    public mutating func beginArray() throws(JSONError) {
        guard try peek() == .array else { throw error("expected an array") }
        try enter()
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= maxDepth else { throw error("nested deeper than \(maxDepth) levels") }
        position += 1
        needsComma = false
    }

    private mutating func leave() {
        position += 1
        depth -= 1
        needsComma = true
    }

    /// Hands the bytes of the object's next key to `body` and stands before its value; nil leaves the object.
    public mutating func nextKey<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) throws(JSONError) -> R? {
        skipWhitespace()
        if current == UInt8(ascii: "}") {
            leave()
            return nil
        }
        if needsComma {
            guard current == UInt8(ascii: ",") else { throw error("expected ',' or '}' in the object") }
            position += 1
            skipWhitespace()
        }
        guard current == UInt8(ascii: "\"") else { throw error("expected a string as object key") }
        let key = try string(body)
        skipWhitespace()
        guard current == UInt8(ascii: ":") else { throw error("expected ':' after the object key") }
        position += 1
        return key
    }

    /// The object's next key; nil leaves the object.
    public mutating func nextKey() throws(JSONError) -> String? {
        try nextKey { String(decoding: $0, as: UTF8.self) }
    }

    /// Stands before the array's next element; false leaves the array.
    public mutating func nextElement() throws(JSONError) -> Bool {
        skipWhitespace()
        if current == UInt8(ascii: "]") {
            leave()
            return false
        }
        if needsComma {
            guard current == UInt8(ascii: ",") else { throw error("expected ',' or ']' in the array") }
            position += 1
        }
        return true
    }
}

// MARK: - Values

extension JSONPullReader {
    /// Reads the next value as a tree.
    public mutating func value() throws(JSONError) -> JSONValue {
        switch try peek() {
        case .object:
            try beginObject()
            var object = JSONObject()
            while let key = try nextKey() { object[key] = try value() }
            return .object(object)
        case .array:
            try beginArray()
            var elements: [JSONValue] = []
            while try nextElement() { elements.append(try value()) }
            return .array(elements)
        case .string: return .string(try string { String(decoding: $0, as: UTF8.self) })
        case .number: return try number()
        case .bool: return .bool(try bool())
        case .null:
            try literal("null")
            return .null
        }
    }

    /// Drops the next value without a look at what is within: for one that another reader reads in earnest.
    ///
    /// Where the value is well-formed, this ends where it ends.
    public mutating func skipUnchecked() throws(JSONError) {
        let kind = try peek()
        guard kind == .object || kind == .array else { return try skip() }
        var open = 0
        repeat {
            skipToStructure()
            switch current {
            case nil: throw error("unexpected end within a value")
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                open -= 1
                position += 1
            default: position += 1
            }
        } while open > 0
        needsComma = true
    }

    /// Checks and drops the next value.
    public mutating func skip() throws(JSONError) {
        switch try peek() {
        case .object:
            try beginObject()
            while try nextKey({ _ in () }) != nil { try skip() }
        case .array:
            try beginArray()
            while try nextElement() { try skip() }
        case .string: try string { _ in () }
        case .number: _ = try number()
        case .bool: _ = try bool()
        case .null: try literal("null")
        }
    }

    /// Reads true or false.
    public mutating func bool() throws(JSONError) -> Bool {
        guard try peek() == .bool else { throw error("expected true or false") }
        let isTrue = current == UInt8(ascii: "t")
        try literal(isTrue ? "true" : "false")
        return isTrue
    }

    /// Reads an integer that fits 64 bits.
    public mutating func integer() throws(JSONError) -> Int64 {
        if let value = plainInteger() { return value }
        guard try peek() == .number, case .integer(let value) = try number() else {
            throw error("expected an integer")
        }
        return value
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        let length = text.utf8CodeUnitCount
        for index in 0..<length {
            guard position + index < bytes.count, bytes[position + index] == text.utf8Start[index] else {
                throw error("expected \(text)")
            }
        }
        position += length
        needsComma = true
    }
}

// MARK: - Numbers

extension JSONPullReader {
    private mutating func digits() -> Int {
        let start = position
        while let byte = current, byte >= 0x30 && byte <= 0x39 { position += 1 }
        return position - start
    }

    /// Reads a number of up to 18 digits and nothing else, as ids are; nil, reading nothing, for any other.
    @inline(__always)
    private mutating func plainInteger() -> Int64? {
        skipWhitespace()
        var (end, value) = (position, Int64(0))
        while end < bytes.count, end - position < 19 {
            let digit = bytes[end] &- 0x30
            if digit > 9 { break }
            value = value &* 10 &+ Int64(digit)
            end &+= 1
        }
        // A leading zero, a fraction, an exponent, a sign and the end of the text are for `number` to judge.
        guard end > position, end - position < 19, end < bytes.count, end == position + 1 || bytes[position] != 0x30
        else { return nil }
        switch bytes[end] {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
        default: break
        }
        position = end
        needsComma = true
        return value
    }

    /// Reads a number: an integer where it is written as one, else a double.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isInteger = try skipNumber()
        if isInteger, let value = smallInteger(start..<position) { return .integer(value) }
        let text = text(start..<position)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw JSONError("number out of range", offset: start) }
        return isInteger ? .longInteger(text) : .double(value)
    }

    /// Reads a number as it is written, however large.
    public mutating func numberText() throws(JSONError) -> String {
        guard try peek() == .number else { throw error("expected a number") }
        let start = position
        _ = try skipNumber()
        return text(start..<position)
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    /// Steps over a number and says whether it is written as an integer.
    @inline(__always)
    private mutating func skipNumber() throws(JSONError) -> Bool {
        var isInteger = true
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") {
            position += 1
        } else if digits() == 0 {
            throw error("expected a digit")
        }
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            guard digits() > 0 else { throw error("expected a digit after '.'") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw error("expected a digit in the exponent") }
        }
        needsComma = true
        return isInteger
    }

    /// The value of up to 18 digits, which cannot overflow.
    private func smallInteger(_ range: Range<Int>) -> Int64? {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        let digits = isNegative ? range.dropFirst() : range
        guard digits.count <= 18 else { return nil }
        var value: Int64 = 0
        for index in digits { value = value &* 10 &+ Int64(bytes[index] &- 0x30) }
        return isNegative ? -value : value
    }
}
