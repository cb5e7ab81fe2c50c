/// Python's ideas of white space and containment, over Unicode scalars, which openai-whisper's rules are written in.
enum SpacedText {
    /// **Source** CPython `str.isspace`.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    /// Without the white space around it; `str.strip`.
    static func stripped(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    static func beginsWithSpace(_ text: String) -> Bool { text.utf8.first == UInt8(ascii: " ") }

    static func endsWithSpace(_ text: String) -> Bool { text.utf8.last == UInt8(ascii: " ") }

    /// Whether `text` stands in `whole`, as the empty text does; Python's `in`.
    static func contains(_ whole: String, _ text: String) -> Bool {
        let (whole, text) = (Array(whole.utf8), Array(text.utf8))
        guard !text.isEmpty else { return true }
        guard text.count <= whole.count else { return false }
        return (0...whole.count - text.count).contains { whole[$0..<$0 + text.count].elementsEqual(text) }
    }
}
