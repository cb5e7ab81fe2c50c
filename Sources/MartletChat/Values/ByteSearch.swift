/// Substring search in linear time (Knuth, Morris, Pratt), so that no template can make it slow.
enum ByteSearch {
    /// Whether two texts of the same length have the same bytes; names are compared this way all the time.
    @inline(__always)
    static func isSame(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        let (left, right, count) = (UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right), left.count)
        var offset = 0
        while offset + 8 <= count {
            guard
                left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset += 8
        }
        while offset < count {
            guard left[offset] == right[offset] else { return false }
            offset += 1
        }
        return true
    }

    /// Where `pattern` begins in `text`, from left to right without overlap; none for an empty pattern.
    static func occurrences(
        of pattern: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, limit: Int
    ) -> [Int] {
        guard !pattern.isEmpty, limit > 0, pattern.count <= text.count else { return [] }
        let fallback = fallbacks(pattern)
        var (found, matched): ([Int], Int) = ([], 0)
        for (index, byte) in text.enumerated() {
            while matched > 0, pattern[matched] != byte { matched = fallback[matched - 1] }
            if pattern[matched] == byte { matched += 1 }
            if matched == pattern.count {
                found.append(index + 1 - matched)
                if found.count == limit { break }
                matched = 0
            }
        }
        return found
    }

    /// For each prefix the length of the longest proper prefix that is also its suffix.
    private static func fallbacks(_ pattern: UnsafeBufferPointer<UInt8>) -> [Int] {
        var lengths = [Int](repeating: 0, count: pattern.count)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = lengths[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            lengths[index] = length
        }
        return lengths
    }
}
