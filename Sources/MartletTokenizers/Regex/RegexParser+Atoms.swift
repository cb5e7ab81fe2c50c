extension RegexParser {
    /// One thing that a quantifier may follow.
    mutating func parseAtom() throws(TokenizerError) -> RegexNode {
        if !pending.isEmpty { return literal(pending.removeFirst()) }
        let code = scalars[position]
        position += 1
        switch Unicode.Scalar(code) {
        case "(": return try parseGroup()
        case "[": return try parseBracket()
        case ".": return .set(options.contains(.multiLine) ? .all : Self.noNewline)
        case "^": return .assertion(.beginLine)
        case "$": return .assertion(.endLine)
        case "*", "+", "?": throw malformed("target of repeat operator is not specified")
        case "{":
            position -= 1
            if try looksLikeInterval() { throw malformed("target of repeat operator is not specified") }
            position += 1
            return literal(code)
        case "\\": return try parseEscape()
        default: return literal(code)
        }
    }

    static let noNewline = ScalarRanges([0x0A...0x0A]).inverted

    func literal(_ code: UInt32) -> RegexNode { .string([code], ignoresCase: options.contains(.ignoreCase)) }

    /// After a backslash outside brackets.
    private mutating func parseEscape() throws(TokenizerError) -> RegexNode {
        let code = try next("end of pattern at escape")
        switch Unicode.Scalar(code) {
        case "w": return type(.word)
        case "W": return type(.word, negated: true)
        case "d": return type(.digit)
        case "D": return type(.digit, negated: true)
        case "s": return type(.space)
        case "S": return type(.space, negated: true)
        case "h": return type(.xdigit)
        case "H": return type(.xdigit, negated: true)
        case "b": return .assertion(options.limitsToASCII(.word) ? .asciiWordBoundary : .wordBoundary)
        case "B": return .assertion(options.limitsToASCII(.word) ? .noASCIIWordBoundary : .noWordBoundary)
        case "A": return .assertion(.beginText)
        case "Z": return .assertion(.endTextOrNewline)
        case "z": return .assertion(.endText)
        case "G": return .assertion(.searchStart)
        case "y": return .assertion(.segmentBoundary)
        case "Y": return .assertion(.noSegmentBoundary)
        case "K": return .keep
        case "X": return .textSegment
        case "N": return .set(Self.noNewline)
        case "O": return .set(.all)
        case "R":
            let single = ScalarRanges([0x0A...0x0D, 0x85...0x85, 0x2028...0x2029])
            return .conditional(.string([0x0D, 0x0A], ignoresCase: false), then: .empty, otherwise: .set(single))
        case "p", "P":
            guard let ranges = try parseProperty(negated: code == 0x50, inBrackets: false) else { return literal(code) }
            return .set(ranges)
        case "k" where peek("<") || peek("'"): throw unsupported("backreference \\k")
        case "g" where peek("<") || peek("'"): return .call(name: try parseGroupName(after: position + 1))
        case let digit? where ("1"..."9").contains(digit): return try parseNumberedEscape(digit)
        default:
            position -= 1
            return literal(try parseCharacterEscape(octalDigits: 2))
        }
    }

    private func type(_ type: RegexCharacterType, negated: Bool = false) -> RegexNode {
        let ranges = type.ranges(options, inBrackets: false)
        return .set(negated ? ranges.inverted : ranges)
    }

    /// `\1` to `\9…`: backreferences but for octal numbers too large to be one.
    private mutating func parseNumberedEscape(_ digit: Unicode.Scalar) throws(TokenizerError) -> RegexNode {
        let start = position - 1
        var number = 0
        var end = start
        while end < scalars.count, (0x30...0x39).contains(scalars[end]), number < 10_000 {
            number = number * 10 + Int(scalars[end] - 0x30)
            end += 1
        }
        if number <= 9 || number <= groupCount { throw unsupported("backreference \\\(number)") }
        if digit == "8" || digit == "9" { return literal(digit.value) }
        position = start
        return literal(try parseCharacterEscape(octalDigits: 3))
    }

    // MARK: - Escapes that stand for a character, in brackets and outside

    /// The character after a backslash; further code points of `\x{… …}` go to `pending`.
    mutating func parseCharacterEscape(octalDigits: Int) throws(TokenizerError) -> UInt32 {
        let code = try next("end of pattern at escape")
        switch Unicode.Scalar(code) {
        case "x":
            if isAtEnd { return code }
            if peek("{"), let codes = try parseBracedCodes(base: 16) { return codes }
            return try byteOrScalar(UInt8(number(base: 16, maxDigits: 2).value))
        case "o":
            if peek("{"), let codes = try parseBracedCodes(base: 8) { return codes }
            return code
        case "u":
            let (value, digits) = number(base: 16, maxDigits: 4)
            guard digits == 4 else { throw malformed("\\u needs four hexadecimal digits") }
            return try checked(value)
        case let digit? where ("0"..."7").contains(digit):
            if octalDigits == 3 { position -= 1 }
            let value = number(base: 8, maxDigits: octalDigits).value
            guard value < 256 else { throw malformed("too big number") }
            return try byteOrScalar(UInt8(value))
        default:
            position -= 1
            return try checked(try parseControlEscape())
        }
    }

    private mutating func parseControlEscape() throws(TokenizerError) -> UInt32 {
        let code = try next("end of pattern at escape")
        switch Unicode.Scalar(code) {
        case "n": return 0x0A
        case "t": return 0x09
        case "r": return 0x0D
        case "f": return 0x0C
        case "a": return 0x07
        case "b": return 0x08
        case "e": return 0x1B
        case "v": return 0x0B
        case "M": throw unsupported("\\M-")
        case "C":
            guard take("-") else { throw malformed("invalid control-code syntax") }
            return try parseControlled()
        case "c": return try parseControlled()
        default: return code
        }
    }

    private mutating func parseControlled() throws(TokenizerError) -> UInt32 {
        if take("?") { return 0x7F }
        if take("\\") { return try parseControlEscape() & 0x9F }
        return try next("end of pattern at control") & 0x9F
    }

    /// A byte written as `\xHH` or `\ooo`; bytes that begin a UTF-8 sequence want the rest of it in the same spelling.
    private mutating func byteOrScalar(_ lead: UInt8) throws(TokenizerError) -> UInt32 {
        guard lead >= 0x80 else { return UInt32(lead) }
        let isHex = position >= 2 && scalars[..<position].lastIndex(of: 0x5C).map { scalars[$0 + 1] == 0x78 } ?? false
        var bytes = [lead]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        while bytes.count < length, lead >= 0xC2, lead < 0xF5, peek("\\") {
            let start = position
            position += 1
            if isHex ? !take("x") : position >= scalars.count { position = start; break }
            let (value, digits) = number(base: isHex ? 16 : 8, maxDigits: isHex ? 2 : 3)
            guard digits > 0, value < 256 else { position = start; break }
            bytes.append(UInt8(value))
        }
        guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.count == 1 else {
            throw malformed("bytes that are no UTF-8 character")
        }
        return text.unicodeScalars.first!.value
    }

    /// `{H…}` or `{H… H…}`, or nil (taking nothing) where no digit follows the brace.
    private mutating func parseBracedCodes(base: UInt32) throws(TokenizerError) -> UInt32? {
        let start = position
        position += 1
        var codes: [UInt32] = []
        while true {
            let (value, digits) = number(base: base, maxDigits: base == 16 ? 8 : 11)
            if digits == 0 {
                if codes.isEmpty {
                    position = start
                    return nil
                }
                throw malformed("invalid code point value")
            }
            codes.append(try checked(value))
            if take("}") { break }
            guard peek(" ") || peek("\n") else { throw malformed("invalid code point value") }
            while take(" ") || take("\n") {}
            if take("}") { break }
        }
        pending = Array(codes.dropFirst())
        return codes[0]
    }

    private mutating func number(base: UInt32, maxDigits: Int) -> (value: UInt32, digits: Int) {
        var (value, digits) = (UInt64(0), 0)
        while digits < maxDigits, position < scalars.count, let digit = Self.digit(scalars[position]), digit < base {
            value = value * UInt64(base) + UInt64(digit)
            position += 1
            digits += 1
        }
        return (UInt32(min(value, UInt64(UInt32.max))), digits)
    }

    private static func digit(_ code: UInt32) -> UInt32? {
        switch code {
        case 0x30...0x39: code - 0x30
        case 0x41...0x46: code - 0x41 + 10
        case 0x61...0x66: code - 0x61 + 10
        default: nil
        }
    }

    private func checked(_ code: UInt32) throws(TokenizerError) -> UInt32 {
        guard code <= 0x10FFFF else { throw malformed("invalid code point value") }
        return code
    }

    // MARK: - Properties

    /// `{Name}` or `{^Name}` after `\p` or `\P`; nil where the `p` is an ordinary character.
    mutating func parseProperty(negated: Bool, inBrackets: Bool) throws(TokenizerError) -> ScalarRanges? {
        guard take("{") else { return nil }
        var (name, isNegated) = ("", negated)
        if take("^") { isNegated.toggle() }
        while true {
            let code = try next("unmatched brace after \\p")
            if code == 0x7D { break }
            if [0x28, 0x29, 0x7B, 0x7C].contains(code) { throw malformed("unmatched brace after \\p") }
            name.unicodeScalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
        }
        guard var ranges = UnicodeProperty.ranges(named: name) else {
            throw .unsupported(
                part: "character property", name: name, supported: "the property names of Oniguruma (Unicode 16)")
        }
        if let type = RegexCharacterType(rawValue: UnicodeProperty.normalized(name)) {
            ranges = type.ranges(options, inBrackets: inBrackets && type == .word)
        }
        return isNegated ? ranges.inverted : ranges
    }

    private mutating func looksLikeInterval() throws(TokenizerError) -> Bool {
        let start = position
        defer { position = start }
        return try parseInterval() != nil
    }
}
