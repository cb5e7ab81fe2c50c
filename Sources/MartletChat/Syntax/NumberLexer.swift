/// Reads number literals: decimal, `0x`, `0o`, `0b`, fractions and exponents, with `_` between digits.
struct NumberLexer {
    let bytes: [UInt8]

    /// The number at `start` and where it ends; nil where none begins or it is too large.
    ///
    /// After a point, as in `x.0.1`, there are only whole numbers.
    func read(at start: Int) -> (Token, Int)? {
        let isAfterPoint = start > 0 && bytes[start - 1] == UInt8(ascii: ".")
        if !isAfterPoint, let end = floatEnd(from: start) {
            return Double(text(start..<end)).map { (.float($0), end) }
        }
        if bytes[start] == UInt8(ascii: "0"), start + 1 < bytes.count {
            let radix: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
            if let radix = radix[bytes[start + 1] | 0x20] {
                let first = has(UInt8(ascii: "_"), at: start + 2) ? start + 3 : start + 2
                let end = digits(from: first, radix: radix)
                if end > first { return integer(start + 2..<end, radix: radix) }
            }
        }
        return integer(start..<digits(from: start, radix: bytes[start] == UInt8(ascii: "0") ? 1 : 10), radix: 10)
    }

    private func integer(_ range: Range<Int>, radix: Int) -> (Token, Int)? {
        let digits = text(range)
        if let value = Int(digits, radix: radix) { return (.integer(value), range.upperBound) }
        return BigInteger(digits, radix: radix).map { (.bigInteger($0), range.upperBound) }
    }

    /// Where the number with a fraction or an exponent ends that begins at `start`.
    private func floatEnd(from start: Int) -> Int? {
        let whole = digits(from: start, radix: 10)
        var end = whole
        if has(UInt8(ascii: "."), at: end), digits(from: end + 1, radix: 10) > end + 1 {
            end = digits(from: end + 1, radix: 10)
        }
        if has(UInt8(ascii: "e"), at: end) || has(UInt8(ascii: "E"), at: end) {
            let sign = has(UInt8(ascii: "+"), at: end + 1) || has(UInt8(ascii: "-"), at: end + 1) ? end + 2 : end + 1
            if digits(from: sign, radix: 10) > sign { end = digits(from: sign, radix: 10) }
        }
        return end > whole ? end : nil
    }

    private func has(_ byte: UInt8, at index: Int) -> Bool { index < bytes.count && bytes[index] == byte }

    /// Where the digits from `start` end; single underscores may stand between them. Radix 1 is for zeros only.
    private func digits(from start: Int, radix: Int) -> Int {
        var index = start
        while index < bytes.count {
            if isDigit(bytes[index], radix) {
                index += 1
            } else if index > start, bytes[index] == UInt8(ascii: "_"), index + 1 < bytes.count,
                isDigit(bytes[index + 1], radix)
            {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    private func isDigit(_ byte: UInt8, _ radix: Int) -> Bool {
        let value: UInt8 =
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x41 + 10
            case 0x61...0x66: byte - 0x61 + 10
            default: 255
            }
        return value < radix
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }
}
