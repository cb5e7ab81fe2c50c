extension EBNFParser {
    /// A literal in double quotes.
    mutating func literal() throws(GrammarError) -> String {
        let start = cursor.position
        cursor.position += 1
        var text = String.UnicodeScalarView()
        while let scalar = cursor.next, scalar != "\"", scalar != "\n", scalar != "\r" {
            text.append(try character())
        }
        guard cursor.take("\"") else { throw cursor.error("the literal does not end on its line", at: start) }
        try budget.spend(text.count)
        return String(text)
    }

    /// A class of scalars in brackets.
    mutating func characterClass() throws(GrammarError) -> ScalarSet {
        let start = cursor.position
        cursor.position += 1
        let isNegated = cursor.take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = cursor.next, scalar != "]" {
            let first = try classMember(start)
            // A dash is a range only between two scalars.
            guard cursor.next == "-", let end = cursor.peek(1), end != "]" else {
                ranges.append(first.value...first.value)
                continue
            }
            cursor.position += 1
            let last = try classMember(start)
            guard first <= last else {
                throw cursor.error("the range '\(first)-\(last)' of a class is the wrong way round", at: start)
            }
            ranges.append(first.value...last.value)
        }
        guard cursor.take("]") else { throw cursor.error("the class does not end on its line", at: start) }
        try budget.spend(1 + ranges.count)
        let set = ScalarSet(ranges)
        return isNegated ? set.complement : set
    }

    private mutating func classMember(_ start: Int) throws(GrammarError) -> Unicode.Scalar {
        if cursor.next == "\n" || cursor.next == "\r" {
            throw cursor.error("the class does not end on its line", at: start)
        }
        if cursor.next == "\\", let escaped = cursor.peek(1), "dDsSwW".unicodeScalars.contains(escaped) {
            throw cursor.error("'\\\(escaped)' is not supported in a class; write the ranges out", .unsupported)
        }
        return try character()
    }

    /// A scalar, raw or escaped.
    private mutating func character() throws(GrammarError) -> Unicode.Scalar {
        let start = cursor.position
        guard let scalar = cursor.next else { throw cursor.error("the grammar ends within a literal or class") }
        cursor.position += 1
        guard scalar == "\\" else { return scalar }
        guard let escaped = cursor.next else { throw cursor.error("the grammar ends within an escape") }
        cursor.position += 1
        switch escaped {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "0": return "\0"
        case "a": return "\u{7}"
        case "b": return "\u{8}"
        case "e": return "\u{1B}"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "x": return try hexadecimal(start, count: nil)
        case "u": return try hexadecimal(start, count: 4)
        case "U": return try hexadecimal(start, count: 8)
        case "\"", "'", "?", "\\", "/", "^", "$", ".", "*", "+", "(", ")", "[", "]", "{", "}", "|", "-": return escaped
        default: throw cursor.error("'\\\(escaped)' is no escape sequence", at: start)
        }
    }

    /// The scalar of so many hexadecimal digits; as many as there are where that is not said.
    private mutating func hexadecimal(_ start: Int, count: Int?) throws(GrammarError) -> Unicode.Scalar {
        var digits = ""
        while let scalar = cursor.next, scalar.properties.isASCIIHexDigit, digits.count < count ?? 8 {
            digits.unicodeScalars.append(scalar)
            cursor.position += 1
        }
        guard !digits.isEmpty, count == nil || digits.count == count, let value = UInt32(digits, radix: 16),
            let scalar = Unicode.Scalar(value)
        else {
            throw cursor.error("the escape sequence names no Unicode scalar", at: start)
        }
        return scalar
    }
}
