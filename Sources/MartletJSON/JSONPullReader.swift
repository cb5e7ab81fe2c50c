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
    private var needsComma = false
    /// The last string that had escapes, unescaped.
    private var unescaped: [UInt8] = []

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

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipWhitespace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// The kind of the next value, which is not consumed.
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

    /// Reads a string and hands its unescaped bytes, which are valid UTF-8, to `body`.
    @discardableResult
    public mutating func string<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) throws(JSONError) -> R {
        guard try peek() == .string else { throw error("expected a string") }
        position += 1
        needsComma = true
        let start = position
        var isASCII = scanPlainText()
        if current == UInt8(ascii: "\"") {
            let plain = UnsafeBufferPointer(rebasing: bytes[start..<position])
            guard isASCII || UTF8Validation.isValid(plain) else { throw error("invalid UTF-8 in string") }
            position += 1
            return body(plain)
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.append(contentsOf: bytes[start..<position])
        while current != UInt8(ascii: "\"") {
            switch current {
            case nil: throw error("unterminated string")
            case UInt8(ascii: "\\"):
                position += 1
                try escape()
            case let byte? where byte < 0x20: throw error("unescaped control character in string")
            default:
                let start = position
                isASCII = scanPlainText() && isASCII
                unescaped.append(contentsOf: bytes[start..<position])
            }
        }
        guard isASCII || unescaped.withUnsafeBufferPointer(UTF8Validation.isValid) else {
            throw error("invalid UTF-8 in string")
        }
        position += 1
        return unescaped.withUnsafeBufferPointer(body)
    }

    /// Skips to the next quote, backslash or control character, eight bytes at a time; true if all skipped was ASCII.
    private mutating func scanPlainText() -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var seen: UInt64 = 0
        guard let base = bytes.baseAddress else { return true }
        while position + 8 <= bytes.count {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // A byte's high bit is set where the byte is zero (quote, backslash) or below 0x20. A borrow may also flag
            // a byte above a true hit, which does no harm: the bytes are then looked at one by one.
            let hits =
                ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
                | ((word &- (ones &* 0x20)) & ~word)
            guard hits & highs == 0 else { break }
            seen |= word
            position += 8
        }
        while let byte = current, byte != 0x22, byte != 0x5C, byte >= 0x20 {
            seen |= UInt64(byte)
            position += 1
        }
        return seen & highs == 0
    }

    private mutating func escape() throws(JSONError) {
        guard let byte = current else { throw error("unterminated string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): unescaped.append(contentsOf: UTF8.encode(try escapedScalar())!)
        default: throw JSONError("unknown escape", offset: position - 1)
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        var code = UInt32(try hexQuad())
        if (0xD800..<0xDC00).contains(code) {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw error("lone surrogate") }
            position += 2
            let low = UInt32(try hexQuad())
            guard (0xDC00..<0xE000).contains(low) else { throw error("lone surrogate") }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("lone surrogate") }
        return scalar
    }

    private mutating func hexQuad() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch current {
            case let byte? where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte? where (0x61...0x66).contains(byte | 0x20): digit = (byte | 0x20) - 0x61 + 10
            default: throw error("expected four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}

// MARK: - Numbers

extension JSONPullReader {
    private mutating func digits() -> Int {
        let start = position
        while let byte = current, byte >= 0x30 && byte <= 0x39 { position += 1 }
        return position - start
    }

    /// Reads a number: an integer where it is written as one and fits, else a double.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
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
        if isInteger, let value = smallInteger(start..<position) { return .integer(value) }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw JSONError("number out of range", offset: start) }
        return .double(value)
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
