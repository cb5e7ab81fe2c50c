import MartletJSON

/// The JSON value that a text ends with, found from its end. The text is known to be well formed up to there.
enum CapturedValue {
    /// The value at the end of `text`.
    static func last(of text: ArraySlice<UInt8>) -> ConstantValue? {
        guard let start = start(of: text) else { return nil }
        var parser = Parser(text[start...])
        return parser.value(levels: 512)
    }

    /// The string at the end of `text`: a name.
    static func lastString(of text: ArraySlice<UInt8>) -> PropertyName? {
        guard case .string(let name)? = last(of: text) else { return nil }
        return name
    }

    private static func start(of text: ArraySlice<UInt8>) -> Int? {
        guard let last = text.last else { return nil }
        var position = text.endIndex - 1
        switch last {
        case UInt8(ascii: "\""): return openingQuote(text, closing: position)
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            var level = 0
            while position >= text.startIndex {
                switch text[position] {
                case UInt8(ascii: "]"), UInt8(ascii: "}"): level += 1
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    level -= 1
                    if level == 0 { return position }
                case UInt8(ascii: "\""):
                    guard let opening = openingQuote(text, closing: position) else { return nil }
                    position = opening
                default: break
                }
                position -= 1
            }
            return nil
        default:
            while position > text.startIndex, isScalarByte(text[position - 1]) { position -= 1 }
            return position
        }
    }

    /// Before the opening quote no backslash can stand, before a quote inside the string an odd number does.
    private static func openingQuote(_ text: ArraySlice<UInt8>, closing: Int) -> Int? {
        var position = closing - 1
        while position >= text.startIndex {
            if text[position] == UInt8(ascii: "\"") {
                var slashes = 0
                while position - slashes > text.startIndex, text[position - slashes - 1] == UInt8(ascii: "\\") {
                    slashes += 1
                }
                if slashes % 2 == 0 { return position }
                position -= slashes
            }
            position -= 1
        }
        return nil
    }

    private static func isScalarByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Numbers are kept exactly, which a `JSONValue` does not.
    private struct Parser {
        private let text: ArraySlice<UInt8>
        private var position: Int

        init(_ text: ArraySlice<UInt8>) {
            self.text = text
            position = text.startIndex
        }

        mutating func value(levels: Int) -> ConstantValue? {
            guard levels > 0, let first = next() else { return nil }
            switch first {
            case UInt8(ascii: "\""): return string().map { .string($0) }
            case UInt8(ascii: "["):
                var items: [ConstantValue] = []
                position += 1
                while let byte = next(), byte != UInt8(ascii: "]") {
                    if byte == UInt8(ascii: ",") { position += 1 }
                    guard let item = value(levels: levels - 1) else { return nil }
                    items.append(item)
                }
                position += 1
                return .array(items)
            case UInt8(ascii: "{"):
                var members: [ConstantValue.Member] = []
                position += 1
                while let byte = next(), byte != UInt8(ascii: "}") {
                    if byte == UInt8(ascii: ",") {
                        position += 1
                        _ = next()
                    }
                    guard let name = string(), next() == UInt8(ascii: ":") else { return nil }
                    position += 1
                    guard let value = value(levels: levels - 1) else { return nil }
                    members.append(.init(name: name, value: value))
                }
                position += 1
                return .object(members: members)
            default:
                let start = position
                while position < text.endIndex, CapturedValue.isScalarByte(text[position]) { position += 1 }
                let word = String(decoding: text[start..<position], as: UTF8.self)
                switch word {
                case "null": return .null
                case "true": return .boolean(true)
                case "false": return .boolean(false)
                default: return Decimal(word).map { .number($0) }
                }
            }
        }

        /// The next byte that does not stand between tokens.
        private mutating func next() -> UInt8? {
            while position < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
            return position < text.endIndex ? text[position] : nil
        }

        private mutating func string() -> PropertyName? {
            let start = position
            position += 1
            while position < text.endIndex, text[position] != UInt8(ascii: "\"") {
                position += text[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard position < text.endIndex else { return nil }
            position += 1
            guard let value = try? JSONReader.parse(Array(text[start..<position])) else { return nil }
            return value.stringValue.map { PropertyName($0) }
        }
    }
}
