/// Python's idea of whitespace (`str.isspace`, `\s`).
enum PythonWhitespace {
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 9...13, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// The length of the whitespace character that begins at `index`.
    static func length(in bytes: [UInt8], at index: Int) -> Int? {
        let byte = bytes[index]
        if byte < 0x80 { return contains(Unicode.Scalar(byte)) ? 1 : nil }
        let length = byte >= 0xE0 ? 3 : 2
        guard byte < 0xF0, index + length <= bytes.count else { return nil }
        return isWhitespace(bytes[index..<index + length]) ? length : nil
    }

    /// The length of the whitespace character that ends before `index`.
    static func length(in bytes: [UInt8], before index: Int) -> Int? {
        let last = bytes[index - 1]
        if last < 0x80 { return contains(Unicode.Scalar(last)) ? 1 : nil }
        for length in 2...3 where index >= length && bytes[index - length] >= 0xC0 {
            return isWhitespace(bytes[index - length..<index]) ? length : nil
        }
        return nil
    }

    private static func isWhitespace(_ bytes: ArraySlice<UInt8>) -> Bool {
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
        return scalars.count == 1 && contains(scalars.first!)
    }
}
