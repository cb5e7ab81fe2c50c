/// Sets of scalars by the names that `\p{…}` takes.
///
/// **Source** Oniguruma 6.9.10 (Unicode 16); the sets are those of the library, asked scalar by scalar.
enum UnicodeProperty {
    /// The scalars of a property, general category, script or block; nil for an unknown name.
    static func ranges(named name: String) -> ScalarRanges? {
        guard let index = index(of: normalized(name)) else { return nil }
        return ranges(at: index)
    }

    /// Case, spaces, hyphens and underscores do not count.
    static func normalized(_ name: String) -> String {
        String(String.UnicodeScalarView(name.lowercased().unicodeScalars.filter { !" -_".unicodeScalars.contains($0) }))
    }

    /// The names are listed in groups: those of one set are separated by `=`, the sets by spaces or line ends.
    private static func index(of name: String) -> Int? {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 != 0x3D && $0 > 0x20 && $0 < 0x80 }) else { return nil }
        let wanted = Array(name.utf8)
        return UnicodePropertyData.names.withUTF8Buffer { names in
            var (index, start, position) = (0, 0, 0)
            while position <= names.count {
                let byte = position < names.count ? names[position] : 0x20
                if byte == 0x3D || byte <= 0x20 {
                    if start < position, names[start..<position].elementsEqual(wanted) { return index }
                    if byte <= 0x20, start < position { index += 1 }
                    start = position + 1
                }
                position += 1
            }
            return nil
        }
    }

    /// The sets are a count of ranges and for each the gap before it and its length.
    private static func ranges(at index: Int) -> ScalarRanges {
        var decoder = PackedNumbers(UnicodePropertyData.sets)
        for _ in 0..<index {
            let count = decoder.next() ?? 0
            for _ in 0..<2 * count { _ = decoder.next() }
        }
        var (ranges, next) = ([ClosedRange<UInt32>](), UInt32(0))
        for _ in 0..<(decoder.next() ?? 0) {
            let start = next + UInt32(decoder.next() ?? 0)
            next = start + UInt32(decoder.next() ?? 1)
            ranges.append(start...next - 1)
        }
        return ScalarRanges(ranges)
    }
}
