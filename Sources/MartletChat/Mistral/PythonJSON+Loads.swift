import MartletJSON

extension PythonJSON {
    /// The value of a parsed request.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .scalar("null")
        case .bool(let value): self = .scalar(value ? "true" : "false")
        case .integer(let value): self = .scalar(String(value))
        case .longInteger(let digits): self = .scalar(digits)
        case .double(let value): self = .scalar(PythonFloat.repr(value))
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map { PythonJSON($0) })
        case .object(let members): self = .object(members.map { ($0.key, PythonJSON($0.value)) })
        }
    }

    /// What `json.loads` reads, which is more than JSON (NaN, infinities, lone surrogates as U+FFFD), or the text
    /// itself as a string where that fails.
    ///
    /// **Throws** where values nest deeper than Python goes.
    static func loads(_ text: String) throws(NestingError) -> PythonJSON {
        let bytes = Array(text.utf8)
        let value = try bytes.withUnsafeBufferPointer { (bytes) throws(NestingError) -> PythonJSON? in
            var reader = PythonJSONReader(bytes: bytes)
            guard let value = try reader.value(depth: 0), reader.isAtEnd else { return nil }
            return value
        }
        return value ?? .string(text)
    }

    /// Values within each other beyond the limit.
    struct NestingError: Error, CustomStringConvertible {
        static let limit = 900
        var description: String { "JSON nested deeper than \(Self.limit) levels" }
    }
}

/// Reads as Python's `json` module does.
private struct PythonJSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// True with nothing but white space left.
    var isAtEnd: Bool {
        mutating get {
            skipWhitespace()
            return position == bytes.count
        }
    }

    private mutating func skipWhitespace() {
        while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard position + length <= bytes.count else { return false }
        for offset in 0..<length where bytes[position + offset] != text.utf8Start[offset] { return false }
        position += length
        return true
    }

    /// The next value, or nil where there is none.
    mutating func value(depth: Int) throws(PythonJSON.NestingError) -> PythonJSON? {
        guard depth < PythonJSON.NestingError.limit else { throw PythonJSON.NestingError() }
        skipWhitespace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return string().map { .string($0) }
        default: return literal() ?? number()
        }
    }

    private mutating func literal() -> PythonJSON? {
        if take("null") { return .scalar("null") }
        if take("true") { return .scalar("true") }
        if take("false") { return .scalar("false") }
        if take("NaN") { return .scalar("NaN") }
        if take("Infinity") { return .scalar("Infinity") }
        if take("-Infinity") { return .scalar("-Infinity") }
        return nil
    }

    private mutating func array(depth: Int) throws(PythonJSON.NestingError) -> PythonJSON? {
        position += 1
        var elements: [PythonJSON] = []
        skipWhitespace()
        if take("]") { return .array([]) }
        while let element = try value(depth: depth + 1) {
            elements.append(element)
            skipWhitespace()
            if take("]") { return .array(elements) }
            guard take(",") else { return nil }
        }
        return nil
    }

    private mutating func object(depth: Int) throws(PythonJSON.NestingError) -> PythonJSON? {
        position += 1
        var members: [(key: String, value: PythonJSON)] = []
        var places: [[UInt8]: Int] = [:]
        skipWhitespace()
        if take("}") { return .object([]) }
        while current == UInt8(ascii: "\""), let key = string() {
            skipWhitespace()
            guard take(":"), let value = try value(depth: depth + 1) else { return nil }
            if let place = places[Array(key.utf8)] {
                members[place].value = value
            } else {
                places[Array(key.utf8)] = members.count
                members.append((key, value))
            }
            skipWhitespace()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
            skipWhitespace()
        }
        return nil
    }
}

// MARK: - Numbers

extension PythonJSONReader {
    private mutating func digits() -> Int {
        let start = position
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func number() -> PythonJSON? {
        let start = position
        _ = take("-")
        if !take("0"), digits() == 0 { return nil }
        var isInteger = true
        // A fraction or exponent without digits is not part of the number.
        var end = position
        if take("."), digits() > 0 { (isInteger, end) = (false, position) }
        position = end
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            if digits() > 0 { (isInteger, end) = (false, position) }
        }
        position = end
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        if isInteger { return .scalar(text == "-0" ? "0" : text) }
        guard let value = Double(text) else { return nil }
        return .scalar(value.isFinite ? PythonFloat.repr(value) : value < 0 ? "-Infinity" : "Infinity")
    }
}

// MARK: - Strings

extension PythonJSONReader {
    private mutating func string() -> String? {
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case ..<0x20: return nil
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: UTF8.encode(scalar)!)
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = current else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return escapedScalar()
        default: return nil
        }
    }

    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard let unit = hexQuad() else { return nil }
        if (0xD800..<0xDC00).contains(unit) {
            let after = position
            if take("\\u"), let low = hexQuad(), (0xDC00..<0xE000).contains(low) {
                return Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            }
            position = after
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private mutating func hexQuad() -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
