/// Reads number literals: decimal, `0x`, `0o`, `0b`, fractions and exponents, with `_` between digits.
struct NumberLexer {
    let bytes: [UInt8]

    /// The number at `start` and where it ends; nil where none begins or it is too large.
    func read(at start: Int) -> (Token, Int)? {
        if bytes[start] == UInt8(ascii: "0"), start + 1 < bytes.count {
            let radix: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
            if let radix = radix[bytes[start + 1] | 0x20] {
                let end = digits(from: start + 2, radix: radix)
                if end > start + 2, let value = Int(text(start + 2..<end), radix: radix) {
                    return (.integer(value), end)
                }
            }
        }
        let whole = digits(from: start, radix: 10)
        var end = whole
        if has(UInt8(ascii: "."), at: end), digits(from: end + 1, radix: 10) > end + 1 {
            end = digits(from: end + 1, radix: 10)
        }
        if has(UInt8(ascii: "e"), at: end) || has(UInt8(ascii: "E"), at: end) {
            let sign = has(UInt8(ascii: "+"), at: end + 1) || has(UInt8(ascii: "-"), at: end + 1) ? end + 2 : end + 1
            if digits(from: sign, radix: 10) > sign { end = digits(from: sign, radix: 10) }
        }
        if end > whole { return Double(text(start..<end)).map { (.float($0), end) } }
        return Int(text(start..<whole)).map { (.integer($0), whole) }
    }

    private func has(_ byte: UInt8, at index: Int) -> Bool { index < bytes.count && bytes[index] == byte }

    private func digits(from start: Int, radix: Int) -> Int {
        var index = start
        while index < bytes.count, isDigit(bytes[index], radix) || (bytes[index] == UInt8(ascii: "_") && index > start)
        {
            index += 1
        }
        return index
    }

    private func isDigit(_ byte: UInt8, _ radix: Int) -> Bool {
        Int(String(decoding: [byte], as: UTF8.self), radix: radix) != nil && byte != UInt8(ascii: "+")
            && byte != UInt8(ascii: "-")
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }
}
