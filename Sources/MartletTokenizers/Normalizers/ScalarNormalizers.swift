/// Normalisers that look at one scalar at a time.
enum ScalarNormalizers {
    /// Removes control characters and makes spaces of what Google's NMT takes for whitespace.
    ///
    /// **Source** tokenizers `normalizers/unicode.rs`.
    static func nmt(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        TextRewriter.rewrite(text) { code, range, rewriter in
            switch code {
            case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: rewriter.drop(range)
            case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
                rewriter.drop(range)
                rewriter.append(0x20)
            default: break
            }
        }
    }

    /// Removes combining marks; precomposed letters keep theirs.
    static func stripAccents(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        TextRewriter.rewrite(text) { code, range, rewriter in
            if code >= 0x300, UnicodeTraits[code].isCombiningMark { rewriter.drop(range) }
        }
    }

    /// The text in GPT-2's spelling of its bytes.
    static func byteLevel(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        text.isEmpty ? nil : Array(ByteAlphabet.shared.spelling(of: text).utf8)
    }

    /// Removes whitespace at the ends.
    static func strip(_ text: UnsafeBufferPointer<UInt8>, left: Bool, right: Bool) -> [UInt8]? {
        var (start, end) = (0, text.count)
        while left, start < end {
            let scalar = UTF8Scalar(in: text, at: start)
            guard UnicodeTraits[scalar.code].isWhitespace else { break }
            start += scalar.length
        }
        while right, end > start {
            let scalar = UTF8Scalar(in: text, before: end)
            guard UnicodeTraits[scalar.code].isWhitespace else { break }
            end -= scalar.length
        }
        return end - start == text.count ? nil : Array(text[start..<end])
    }
}

extension Lowercase {
    /// Lowercases each scalar for itself.
    static func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let lowercase = Lowercase.shared
        return TextRewriter.rewrite(text) { code, range, rewriter in
            let lower = lowercase[code]
            guard lower != code else { return }
            rewriter.drop(range)
            rewriter.append(lower)
            if code == dottedI { rewriter.append(0x307) }
        }
    }
}
