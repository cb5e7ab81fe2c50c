/// A `precompiled_charsmap` of SentencePiece: a double-array trie over bytes whose values point to replacements.
///
/// **Source** sentencepiece `normalizer.cc` and darts-clone: the trie's size in bytes (little-endian, 32 bits), its
/// units of 32 bits, then the replacements, each ended by a zero byte.
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// The map in `blob`; nil where its sizes contradict each other.
    init?(_ blob: ArraySlice<UInt8>) {
        guard blob.count > 4 else { return nil }
        let size = Int(Self.number(blob.prefix(4)))
        let rest = blob.dropFirst(4)
        guard size >= 4, size <= rest.count else { return nil }
        units = stride(from: 0, through: size - 4, by: 4).map { offset in
            Self.number(rest.dropFirst(offset).prefix(4))
        }
        replacements = Array(rest.dropFirst(size))
    }

    /// Whether all of the trie stays within its units and the replacements, as SentencePiece asks of its files.
    ///
    /// **Source** darts-clone `DoubleArrayImpl::validate`, sentencepiece `DecodePrecompiledCharsMap`.
    var isValid: Bool {
        guard units.count % 256 == 0, !replacements.isEmpty, units[0] & (1 << 31 | 0x1FF) == 0,
            Self.offset(units[0]) != 0, Self.offset(units[0]) | 0xFF < units.count
        else { return false }
        return units.indices.dropFirst().allSatisfy { index in
            let unit = units[index]
            if unit >> 31 == 1 { return Int(unit & 0x7FFF_FFFF) < replacements.count }
            let base = index ^ Self.offset(unit)
            guard base | 0xFF < units.count else { return false }
            return unit >> 8 & 1 == 0 || units[base] >> 31 == 1
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Calls `body` with the length of each key that `text` begins with and where its replacement starts, shortest
    /// first, until it returns false.
    @inline(__always)
    private func forEachPrefix(of text: UnsafeBufferPointer<UInt8>, _ body: (Int, Int) -> Bool) {
        units.withUnsafeBufferPointer { units in
            var node = Self.offset(units[0])
            for index in 0..<text.count {
                let byte = text[index]
                node ^= Int(byte)
                guard byte != 0, units.indices.contains(node) else { return }
                let unit = units[node]
                // A value's unit has its top bit set, so that it is no label.
                guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return }
                node ^= Self.offset(unit)
                if unit >> 8 & 1 == 1 {
                    guard units.indices.contains(node), body(index + 1, Int(units[node] & 0x7FFF_FFFF)) else { return }
                }
            }
        }
    }

    private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 1 << 9) >> 6)) }

    /// The replacement that begins at `start`; nil outside the replacements.
    private func replacement(at start: Int) -> ArraySlice<UInt8>? {
        guard start <= replacements.count else { return nil }
        let end = replacements[start...].firstIndex(of: 0) ?? replacements.endIndex
        return replacements[start..<end]
    }

    /// The replacement of the shortest key that `text` begins with.
    func shortestMatch(in text: UnsafeBufferPointer<UInt8>) -> ArraySlice<UInt8>? {
        var found: Int?
        forEachPrefix(of: text) { _, start in
            found = start
            return false
        }
        return found.flatMap(replacement(at:))
    }

    /// The longest key that `text` begins with and its replacement.
    func longestMatch(in text: UnsafeBufferPointer<UInt8>) -> (length: Int, replacement: ArraySlice<UInt8>)? {
        var found: (length: Int, start: Int)?
        forEachPrefix(of: text) { length, start in
            found = (length, start)
            return true
        }
        guard let found, let replacement = replacement(at: found.start) else { return nil }
        return (found.length, replacement)
    }
}
