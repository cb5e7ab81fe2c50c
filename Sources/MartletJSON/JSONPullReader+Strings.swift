extension JSONPullReader {
    /// Reads a string and hands its unescaped bytes, which are valid UTF-8, to `body`.
    @discardableResult
    public mutating func string<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) throws(JSONError) -> R {
        guard try peek() == .string else { throw error("expected a string") }
        position += 1
        needsComma = true
        let start = position
        var isASCII = scanPlainText()
        if current == UInt8(ascii: "\"") {
            let plain = UnsafeBufferPointer(rebasing: bytes[start..<position])
            guard isASCII || UTF8Validation.isValid(plain) else { throw error("invalid UTF-8 in string") }
            position += 1
            return body(plain)
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.append(contentsOf: bytes[start..<position])
        while current != UInt8(ascii: "\"") {
            switch current {
            case nil: throw error("unterminated string")
            case UInt8(ascii: "\\"):
                position += 1
                try escape()
            case let byte? where byte < 0x20: throw error("unescaped control character in string")
            default:
                let start = position
                isASCII = scanPlainText() && isASCII
                unescaped.append(contentsOf: bytes[start..<position])
            }
        }
        guard isASCII || unescaped.withUnsafeBufferPointer(UTF8Validation.isValid) else {
            throw error("invalid UTF-8 in string")
        }
        position += 1
        return unescaped.withUnsafeBufferPointer(body)
    }

    /// Skips a string without a look at its characters.
    mutating func skipString() throws(JSONError) {
        position += 1
        while true {
            _ = scanPlainText()
            switch current {
            case nil: throw error("unterminated string")
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): position = min(position + 2, bytes.count)
            default: position += 1
            }
        }
    }

    /// Skips to near the next quote, bracket or brace, eight bytes at a time.
    mutating func skipToStructure() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        guard let base = bytes.baseAddress else { return }
        while position + 8 <= bytes.count {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            // These bits set, brackets and braces are 0x7F, and so are few others.
            let bracket = (word | (ones &* 0x26)) ^ (ones &* 0x7F)
            let hits = (((quote &- ones) & ~quote) | ((bracket &- ones) & ~bracket)) & (ones &* 0x80)
            position += hits == 0 ? 8 : hits.trailingZeroBitCount >> 3
            if hits != 0 { return }
        }
    }

    /// Skips to the next quote, backslash or control character, eight bytes at a time; true if all skipped was ASCII.
    private mutating func scanPlainText() -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var seen: UInt64 = 0
        guard let base = bytes.baseAddress else { return true }
        while position + 8 <= bytes.count {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // A byte's high bit is set where the byte is zero (quote, backslash) or below 0x20. A borrow may also flag
            // a byte above a true hit, which does no harm: the lowest one counts.
            let hits =
                ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
                | ((word &- (ones &* 0x20)) & ~word)
            let found = hits & highs
            if found != 0 {
                // The lowest hit is a true one.
                let count = UInt64(truncatingIfNeeded: found.trailingZeroBitCount & ~7)
                seen |= word & ((1 &<< count) &- 1)
                position += Int(truncatingIfNeeded: count) >> 3
                return seen & highs == 0
            }
            seen |= word
            position += 8
        }
        while let byte = current, byte != 0x22, byte != 0x5C, byte >= 0x20 {
            seen |= UInt64(byte)
            position += 1
        }
        return seen & highs == 0
    }

    private mutating func escape() throws(JSONError) {
        guard let byte = current else { throw error("unterminated string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): unescaped.append(contentsOf: UTF8.encode(try escapedScalar())!)
        default: throw JSONError("unknown escape", offset: position - 1)
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        var code = UInt32(try hexQuad())
        if (0xD800..<0xDC00).contains(code) {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw error("lone surrogate") }
            position += 2
            let low = UInt32(try hexQuad())
            guard (0xDC00..<0xE000).contains(low) else { throw error("lone surrogate") }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("lone surrogate") }
        return scalar
    }

    private mutating func hexQuad() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch current {
            case let byte? where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte? where (0x61...0x66).contains(byte | 0x20): digit = (byte | 0x20) - 0x61 + 10
            default: throw error("expected four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
