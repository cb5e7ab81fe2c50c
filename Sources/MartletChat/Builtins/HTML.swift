/// What is needed of HTML for marked strings.
enum HTML {
    /// Without tags and comments, runs of whitespace made one space, entities made characters.
    static func stripTags(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var (kept, position): ([UInt8], Int) = ([], 0)
        // Where the next `-->` and `>` are is only looked for anew once they are passed, to stay linear.
        var comment = 0
        while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            let end: Int
            if bytes[start...].starts(with: "<!--".utf8) {
                if comment < start + 4 { comment = find("-->", in: bytes, from: start + 4) ?? bytes.count }
                guard comment < bytes.count else { break }
                end = comment + 3
            } else {
                guard let close = bytes[start...].firstIndex(of: UInt8(ascii: ">")) else { break }
                end = close + 1
            }
            kept += bytes[position..<start]
            position = end
        }
        kept += bytes[position...]
        let words = String(decoding: kept, as: UTF8.self).splitAtWhitespace(limit: .max, fromRight: false)
        return unescaped(words.joined(separator: " "))
    }

    private static func find(_ needle: String, in bytes: [UInt8], from start: Int) -> Int? {
        guard start <= bytes.count else { return nil }
        let rest = String(decoding: bytes[start...], as: UTF8.self)
        return rest.occurrences(of: needle, limit: 1).first.map { start + $0 }
    }

    /// With entities made characters: numbers, and the names that templates can meet.
    static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        let bytes = Array(text.utf8)
        var (result, index): ([UInt8], Int) = ([], 0)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "&"), let (replacement, end) = entity(bytes, from: index + 1) {
                result += replacement.utf8
                index = end
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func entity(_ bytes: [UInt8], from start: Int) -> (String, Int)? {
        guard start < bytes.count else { return nil }
        if bytes[start] == UInt8(ascii: "#") { return number(bytes, from: start + 1) }
        var end = start
        while end < bytes.count, end - start < 32, isAlphanumeric(bytes[end]) { end += 1 }
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        let isClosed = end < bytes.count && bytes[end] == UInt8(ascii: ";")
        if isClosed, let text = names[name] { return (text, end + 1) }
        // Old names need no semicolon, and may begin a longer word.
        for length in stride(from: name.utf8.count, through: 2, by: -1) {
            let prefix = String(name.prefix(length))
            if unclosed.contains(prefix), let text = names[prefix] { return (text, start + length) }
        }
        return nil
    }

    private static func number(_ bytes: [UInt8], from start: Int) -> (String, Int)? {
        let isHexadecimal = start < bytes.count && bytes[start] | 0x20 == UInt8(ascii: "x")
        let first = isHexadecimal ? start + 1 : start
        var (end, code) = (first, UInt32(0))
        while end < bytes.count, let digit = Character(Unicode.Scalar(bytes[end])).hexDigitValue,
            isHexadecimal || digit < 10
        {
            code = min(code * (isHexadecimal ? 16 : 10) + UInt32(digit), 0x110000)
            end += 1
        }
        guard end > first else { return nil }
        if end < bytes.count, bytes[end] == UInt8(ascii: ";") { end += 1 }
        let scalar = code == 0 ? nil : Unicode.Scalar(code)
        return (scalar.map { String($0) } ?? "\u{FFFD}", end)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    private static let unclosed: Set<String> = [
        "amp", "lt", "gt", "quot", "nbsp", "copy", "reg", "laquo", "raquo", "deg", "AMP", "LT", "GT", "QUOT",
    ]

    private static let names: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "reg": "®",
        "laquo": "«", "raquo": "»", "deg": "°", "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’",
        "ldquo": "“", "rdquo": "”", "bull": "•", "euro": "€", "trade": "™", "AMP": "&", "LT": "<", "GT": ">",
        "QUOT": "\"",
    ]
}
