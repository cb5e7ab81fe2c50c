/// The escapes of Python string literals.
enum StringEscapes {
    /// The text that a literal's inside stands for; nil for a malformed `\x`, `\u` or `\U`, and for names
    /// (`\N{…}`).
    static func unescape(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < bytes.endIndex else {
                result.append(byte)
                continue
            }
            let letter = bytes[index]
            index += 1
            if let plain = simple[letter] {
                result.append(contentsOf: plain)
            } else if let length = hexLength[letter] {
                guard index + length <= bytes.endIndex,
                    let code = UInt32(String(decoding: bytes[index..<index + length], as: UTF8.self), radix: 16),
                    let scalar = Unicode.Scalar(code)
                else { return nil }
                result.append(contentsOf: UTF8.encode(scalar)!)
                index += length
            } else if (0x30...0x37).contains(letter) {
                var code = UInt32(letter - 0x30)
                let limit = index + 2
                while index < limit, index < bytes.endIndex, (0x30...0x37).contains(bytes[index]) {
                    code = code * 8 + UInt32(bytes[index] - 0x30)
                    index += 1
                }
                result.append(contentsOf: UTF8.encode(Unicode.Scalar(code)!)!)
            } else if letter >= 0x80 {
                // jinja2 turns other scripts into escapes first; this backslash then only keeps the next from escaping.
                let rest = String(decoding: bytes[(index - 1)...].prefix(4), as: UTF8.self)
                let scalar = rest.unicodeScalars.first!
                result += scalar.pythonEscape.utf8
                index += UTF8.width(scalar) - 1
            } else if letter == UInt8(ascii: "N") {
                return nil
            } else {
                result += [byte, letter]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let simple: [UInt8: [UInt8]] = [
        UInt8(ascii: "n"): [10], UInt8(ascii: "t"): [9], UInt8(ascii: "r"): [13], UInt8(ascii: "\\"): [0x5C],
        UInt8(ascii: "'"): [0x27], UInt8(ascii: "\""): [0x22], UInt8(ascii: "a"): [7], UInt8(ascii: "b"): [8],
        UInt8(ascii: "f"): [12], UInt8(ascii: "v"): [11], UInt8(ascii: "\n"): [],
    ]

    private static let hexLength: [UInt8: Int] = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
}
