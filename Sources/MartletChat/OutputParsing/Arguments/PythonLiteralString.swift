/// String literals of Python: any quotes, prefixes, escapes, and adjacent literals joined.
enum PythonLiteralString {
    /// Reads the string at `index` and moves behind it; nil where none begins or it is no text.
    static func read(_ bytes: [UInt8], _ index: inout Int) -> String? {
        guard var text = one(bytes, &index) else { return nil }
        while true {
            var next = index
            while next < bytes.count, bytes[next] == 0x20 || (9...13).contains(bytes[next]) { next += 1 }
            guard let more = one(bytes, &next) else { return text }
            text += more
            index = next
        }
    }

    private static func one(_ bytes: [UInt8], _ index: inout Int) -> String? {
        var start = index
        while start < bytes.count, start < index + 2, isPrefix(bytes[start]) { start += 1 }
        guard start < bytes.count, bytes[start] == UInt8(ascii: "'") || bytes[start] == UInt8(ascii: "\"") else {
            return nil
        }
        let prefix = Set(bytes[index..<start].map { $0 | 0x20 })
        // Bytes are no text, and a formatted string is one only where it formats nothing.
        guard !prefix.contains(UInt8(ascii: "b")) else { return nil }
        let quote = bytes[start]
        let isTriple = start + 2 < bytes.count && bytes[start + 1] == quote && bytes[start + 2] == quote
        let length = isTriple ? 3 : 1
        guard let end = closing(bytes, from: start + length, quote: quote, length: length) else { return nil }
        var inside = Array(bytes[start + length..<end])
        if prefix.contains(UInt8(ascii: "f")) {
            guard let plain = unformatted(inside) else { return nil }
            inside = plain
        }
        index = end + length
        if prefix.contains(UInt8(ascii: "r")) { return String(decoding: inside, as: UTF8.self) }
        return StringEscapes.unescape(inside[...])
    }

    private static func isPrefix(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "r"), UInt8(ascii: "u"), UInt8(ascii: "b"), UInt8(ascii: "f"): true
        default: false
        }
    }

    /// Where the closing quotes begin.
    private static func closing(_ bytes: [UInt8], from start: Int, quote: UInt8, length: Int) -> Int? {
        var (index, run) = (start, 0)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\") {
                index += 2
                run = 0
                continue
            }
            run = bytes[index] == quote ? run + 1 : 0
            index += 1
            if run == length { return index - length }
        }
        return nil
    }

    /// A formatted string's text where it has no replacement fields.
    private static func unformatted(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
                guard index < bytes.count, bytes[index] == byte else { return nil }
                index += 1
            }
            result.append(byte)
        }
        return result
    }
}
