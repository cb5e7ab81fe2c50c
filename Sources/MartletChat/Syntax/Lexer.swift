/// Cuts a template into tokens as jinja2 does with `trim_blocks` and `lstrip_blocks`.
///
/// **Source** jinja2 3.1 `lexer.py`.
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private(set) var tokens: [(token: Token, line: Int)] = []
    /// Whether the last match ended a line, so that whitespace before the next block may be stripped.
    private var isLineStart = true

    /// All tokens of `source`, `.end` last.
    static func tokenize(_ source: String) throws(ChatTemplateError) -> [(token: Token, line: Int)] {
        var lexer = Lexer(source)
        try lexer.run()
        return lexer.tokens
    }

    /// Line ends become `\n`; one at the very end is dropped.
    private init(_ source: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.utf8.count)
        var previous: UInt8 = 0
        for byte in source.utf8 {
            if byte == UInt8(ascii: "\r") {
                bytes.append(UInt8(ascii: "\n"))
            } else if !(byte == UInt8(ascii: "\n") && previous == UInt8(ascii: "\r")) {
                bytes.append(byte)
            }
            previous = byte
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        self.bytes = bytes
    }

    private func error(_ message: String) -> ChatTemplateError { ChatTemplateError(.syntax, message, line: line) }

    private mutating func emit(_ token: Token) { tokens.append((token, line)) }

    private func has(_ text: StaticString, at index: Int) -> Bool {
        guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
        for offset in 0..<text.utf8CodeUnitCount where bytes[index + offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// Moves to `index`, counting lines.
    private mutating func advance(to index: Int) {
        for byte in bytes[position..<index] where byte == UInt8(ascii: "\n") { line += 1 }
        if index > position { isLineStart = bytes[index - 1] == UInt8(ascii: "\n") }
        position = index
    }

    private func skipWhitespace(from index: Int) -> Int {
        var index = index
        while index < bytes.count, let length = PythonWhitespace.length(in: bytes, at: index) { index += length }
        return index
    }

    private func isSign(at index: Int) -> Bool {
        index < bytes.count && (bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+"))
    }
}

// MARK: - Text between tags

extension Lexer {
    private mutating func run() throws(ChatTemplateError) {
        while position < bytes.count {
            guard let tag = nextTag(from: position) else {
                emit(.data(String(decoding: bytes[position...], as: UTF8.self)))
                break
            }
            let isVariable = bytes[tag + 1] == UInt8(ascii: "{")
            emitText(upTo: tag, isVariable: isVariable)
            let opened = isSign(at: tag + 2) ? tag + 3 : tag + 2
            if has("{%", at: tag), let raw = rawStart(at: opened) {
                advance(to: raw)
                try readRaw()
            } else {
                advance(to: opened)
                switch bytes[tag + 1] {
                case UInt8(ascii: "#"): try skipComment()
                case UInt8(ascii: "{"):
                    emit(.variableBegin)
                    try readExpression(isBlock: false)
                default:
                    emit(.blockBegin)
                    try readExpression(isBlock: true)
                }
            }
        }
        emit(.end)
    }

    private func nextTag(from start: Int) -> Int? {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "{") {
                switch bytes[index + 1] {
                case UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#"): return index
                default: break
                }
            }
            index += 1
        }
        return nil
    }

    /// Emits the text before a tag, stripped as the tag's sign and `lstrip_blocks` demand.
    private mutating func emitText(upTo tag: Int, isVariable: Bool) {
        let end = textEnd(before: tag, isVariable: isVariable)
        if end > position { emit(.data(String(decoding: bytes[position..<end], as: UTF8.self))) }
        advance(to: tag)
    }

    private func textEnd(before tag: Int, isVariable: Bool) -> Int {
        if tag + 2 < bytes.count {
            if bytes[tag + 2] == UInt8(ascii: "-") {
                var end = tag
                while end > position, let length = PythonWhitespace.length(in: bytes, before: end) { end -= length }
                return max(end, position)
            }
            if bytes[tag + 2] == UInt8(ascii: "+") { return tag }
        }
        if isVariable { return tag }
        let newline = bytes[position..<tag].lastIndex(of: UInt8(ascii: "\n"))
        guard newline != nil || isLineStart else { return tag }
        let lineStart = newline.map { $0 + 1 } ?? position
        return skipWhitespace(from: lineStart) >= tag ? lineStart : tag
    }

    /// Where the text of a raw block begins, if `{%` opens one.
    private func rawStart(at opened: Int) -> Int? {
        let name = skipWhitespace(from: opened)
        guard has("raw", at: name) else { return nil }
        let end = skipWhitespace(from: name + 3)
        if has("-%}", at: end) { return skipWhitespace(from: end + 3) }
        return has("%}", at: end) ? end + 2 : nil
    }

    private mutating func readRaw() throws(ChatTemplateError) {
        var search = position
        while let tag = nextTag(from: search) {
            search = tag + 1
            guard has("{%", at: tag) else { continue }
            let name = skipWhitespace(from: isSign(at: tag + 2) ? tag + 3 : tag + 2)
            guard has("endraw", at: name), let end = blockEnd(at: skipWhitespace(from: name + 6)) else { continue }
            emitText(upTo: tag, isVariable: false)
            advance(to: end)
            return
        }
        // jinja2 only notices where there is text to be raw.
        if position < bytes.count { throw error("Missing end of raw directive") }
    }

    private mutating func skipComment() throws(ChatTemplateError) {
        var index = position
        while index + 1 < bytes.count {
            if has("#}", at: index) {
                let sign = index > position ? bytes[index - 1] : 0
                var end = index + 2
                if sign == UInt8(ascii: "-") {
                    end = skipWhitespace(from: end)
                } else if sign != UInt8(ascii: "+"), has("\n", at: end) {
                    end += 1
                }
                return advance(to: end)
            }
            index += 1
        }
        // jinja2 only notices where there is something to be a comment.
        guard position == bytes.count else { throw error("Missing end of comment tag") }
    }

    /// Where the text after `%}` goes on, if the block ends at `index`.
    private func blockEnd(at index: Int) -> Int? {
        if has("+%}", at: index) { return index + 3 }
        if has("-%}", at: index) { return skipWhitespace(from: index + 3) }
        guard has("%}", at: index) else { return nil }
        return has("\n", at: index + 2) ? index + 3 : index + 2
    }

    private func variableEnd(at index: Int) -> Int? {
        if has("-}}", at: index) { return skipWhitespace(from: index + 3) }
        return has("}}", at: index) ? index + 2 : nil
    }
}

// MARK: - Inside tags

extension Lexer {
    private mutating func readExpression(isBlock: Bool) throws(ChatTemplateError) {
        var open: [Token.Symbol] = []
        while true {
            if open.isEmpty, let end = isBlock ? blockEnd(at: position) : variableEnd(at: position) {
                emit(isBlock ? .blockEnd : .variableEnd)
                return advance(to: end)
            }
            let start = skipWhitespace(from: position)
            if start > position {
                advance(to: start)
                continue
            }
            guard position < bytes.count else { throw error("unexpected end of template inside a tag") }
            try readToken(&open)
        }
    }

    private mutating func readToken(_ open: inout [Token.Symbol]) throws(ChatTemplateError) {
        let byte = bytes[position]
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return try readString(byte) }
        if (0x30...0x39).contains(byte), let (token, end) = NumberLexer(bytes: bytes).read(at: position) {
            emit(token)
            return advance(to: end)
        }
        if Self.isNameByte(byte) { return try readName() }
        let length = position + 1 < bytes.count ? 2 : 1
        for count in stride(from: length, through: 1, by: -1) {
            let text = String(decoding: bytes[position..<position + count], as: UTF8.self)
            guard let symbol = Token.Symbol(rawValue: text) else { continue }
            try balance(symbol, &open)
            emit(.symbol(symbol))
            return advance(to: position + count)
        }
        throw error("unexpected character \(String(decoding: [byte], as: UTF8.self).debugDescription)")
    }

    private func balance(_ symbol: Token.Symbol, _ open: inout [Token.Symbol]) throws(ChatTemplateError) {
        switch symbol {
        case .leftBrace: open.append(.rightBrace)
        case .leftBracket: open.append(.rightBracket)
        case .leftParenthesis: open.append(.rightParenthesis)
        case .rightBrace, .rightBracket, .rightParenthesis:
            guard let expected = open.popLast() else { throw error("unexpected '\(symbol.rawValue)'") }
            guard expected == symbol else {
                throw error("unexpected '\(symbol.rawValue)', expected '\(expected.rawValue)'")
            }
        default: break
        }
    }

    /// Letters of any script make names.
    private mutating func readName() throws(ChatTemplateError) {
        var end = position
        while end < bytes.count, Self.isNameByte(bytes[end]), PythonWhitespace.length(in: bytes, at: end) == nil {
            end += 1
        }
        let name = String(decoding: bytes[position..<end], as: UTF8.self)
        guard StringPredicates.evaluate("isidentifier", name) ?? false else {
            throw error("Invalid character in identifier \(name.debugDescription)")
        }
        emit(.name(name))
        advance(to: end)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    private mutating func readString(_ quote: UInt8) throws(ChatTemplateError) {
        var index = position + 1
        while index < bytes.count, bytes[index] != quote { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
        guard index < bytes.count else { throw error("unterminated string") }
        guard let text = StringEscapes.unescape(bytes[position + 1..<index]) else {
            throw error("malformed escape in a string")
        }
        emit(.string(text))
        advance(to: index + 1)
    }
}
