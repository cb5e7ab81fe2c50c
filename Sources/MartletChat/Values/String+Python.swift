/// Python's string operations, which work scalar by scalar and know no canonical equivalence.
extension String {
    /// Equal scalar by scalar.
    func isSame(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { ByteSearch.isSame(left, $0) }
        }
        return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
    }

    /// Python's `<`: by scalar values, which is the order of UTF-8 bytes.
    func comesBefore(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

    /// The number of scalars.
    var scalarCount: Int { unicodeScalars.count }

    /// Without the given characters, or whitespace, at the ends.
    func stripped(_ characters: String?, left: Bool = true, right: Bool = true) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func drops(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? PythonWhitespace.contains(scalar) }
        var rest = unicodeScalars[...]
        if left { rest = rest.drop(while: drops) }
        if right { while let last = rest.last, drops(last) { rest.removeLast() } }
        return String(rest)
    }

    /// Where `needle` occurs, as byte offsets, from left to right without overlap; none for an empty one.
    func occurrences(of needle: String, limit: Int = .max) -> [Int] {
        var (text, pattern) = (self, needle)
        return text.withUTF8 { text in
            pattern.withUTF8 { ByteSearch.occurrences(of: $0, in: text, limit: limit) }
        }
    }

    /// Where `needle` occurs counted from the right, which may be elsewhere than from the left ("aaa" by "aa"); as byte
    /// offsets, rightmost first.
    func occurrencesFromRight(of needle: String, limit: Int = .max) -> [Int] {
        let (text, pattern) = (Array(utf8.reversed()), Array(needle.utf8.reversed()))
        let mirrored = text.withUnsafeBufferPointer { text in
            pattern.withUnsafeBufferPointer { ByteSearch.occurrences(of: $0, in: text, limit: limit) }
        }
        return mirrored.map { text.count - $0 - pattern.count }
    }

    /// Whether `needle` occurs.
    func has(_ needle: String) -> Bool { needle.isEmpty || !occurrences(of: needle, limit: 1).isEmpty }

    func starts(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    func ends(with suffix: String) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// The bytes in a range of offsets, which must lie between scalars.
    func bytes(_ range: Range<Int>) -> String {
        let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
        return String(decoding: utf8[start..<utf8.index(start, offsetBy: range.count)], as: UTF8.self)
    }

    /// Python's `replace`; an empty `old` stands between all scalars.
    func replacing(_ old: String, with new: String, limit: Int) -> String {
        if old.isEmpty {
            var (result, count) = ("", 0)
            for scalar in unicodeScalars {
                if count < limit {
                    result += new
                    count += 1
                }
                result.unicodeScalars.append(scalar)
            }
            return count < limit ? result + new : result
        }
        var (result, start): ([UInt8], Int) = ([], 0)
        let bytes = Array(utf8)
        for offset in occurrences(of: old, limit: limit) {
            result += bytes[start..<offset]
            result += new.utf8
            start = offset + old.utf8.count
        }
        result += bytes[start...]
        return String(decoding: result, as: UTF8.self)
    }

    /// Python's `split` and `rsplit` with a separator.
    func split(by separator: String, limit: Int, fromRight: Bool) -> [String] {
        let hits =
            fromRight
            ? occurrencesFromRight(of: separator, limit: limit).reversed() : occurrences(of: separator, limit: limit)
        let bytes = Array(utf8)
        var (parts, start): ([String], Int) = ([], 0)
        for offset in hits {
            parts.append(String(decoding: bytes[start..<offset], as: UTF8.self))
            start = offset + separator.utf8.count
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    /// Python's `split()` at runs of whitespace, with at most `limit` cuts.
    func splitAtWhitespace(limit: Int, fromRight: Bool) -> [String] {
        var parts: [String] = []
        var rest = unicodeScalars[...]
        func trim() {
            if fromRight {
                while let last = rest.last, PythonWhitespace.contains(last) { rest.removeLast() }
            } else {
                rest = rest.drop(while: PythonWhitespace.contains)
            }
        }
        trim()
        while !rest.isEmpty, parts.count < limit {
            let word: Substring.UnicodeScalarView
            if fromRight {
                let cut = rest.lastIndex(where: PythonWhitespace.contains).map { rest.index(after: $0) }
                word = rest[(cut ?? rest.startIndex)...]
                rest = rest[..<word.startIndex]
            } else {
                word = rest[..<(rest.firstIndex(where: PythonWhitespace.contains) ?? rest.endIndex)]
                rest = rest[word.endIndex...]
            }
            parts.append(String(word))
            trim()
        }
        if !rest.isEmpty { parts.append(String(rest)) }
        return fromRight ? parts.reversed() : parts
    }

    /// Python's `splitlines`.
    func lines(keepingEnds: Bool = false) -> [String] {
        var (lines, line): ([String], String.UnicodeScalarView) = ([], .init())
        var scalars = unicodeScalars.makeIterator()
        var pending = scalars.next()
        while let scalar = pending {
            pending = scalars.next()
            guard Self.endsLine(scalar) else {
                line.append(scalar)
                continue
            }
            if keepingEnds { line.append(scalar) }
            if scalar == "\r", pending == "\n" {
                if keepingEnds { line.append("\n") }
                pending = scalars.next()
            }
            lines.append(String(line))
            line = .init()
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }

    private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// `<`, `>`, `&` and quotes as HTML entities, as markupsafe has them.
    var htmlEscaped: String {
        var result: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "&"): result += "&amp;".utf8
            case UInt8(ascii: "<"): result += "&lt;".utf8
            case UInt8(ascii: ">"): result += "&gt;".utf8
            case UInt8(ascii: "'"): result += "&#39;".utf8
            case UInt8(ascii: "\""): result += "&#34;".utf8
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
