/// What normalisers ask of a scalar; each property is of the Unicode version that the tokenizers library uses for it.
struct UnicodeTraits {
    let rawValue: UInt8

    /// How the scalar joins its neighbours in grapheme clusters (Unicode Standard Annex 29); regional indicators count
    /// as `other`.
    enum GraphemeClass: UInt8 {
        case other, control, extend, joiner, spacingMark, prepend, leadingJamo, vowelJamo, trailingJamo, pictograph
        case consonant, linker, conjunctExtend
        /// Hangul syllables, which the table leaves to arithmetic.
        case openSyllable, closedSyllable
    }

    var graphemeClass: GraphemeClass { GraphemeClass(rawValue: rawValue & 15) ?? .other }
    /// What `StripAccents` removes.
    var isCombiningMark: Bool { rawValue & 16 != 0 }
    /// What `BertNormalizer` removes as accents.
    var isNonspacingMark: Bool { rawValue & 32 != 0 }
    /// What `BertNormalizer` removes as control characters, U+0000 and U+FFFD included.
    var isControl: Bool { rawValue & 64 != 0 }
    /// White_Space.
    var isWhitespace: Bool { rawValue & 128 != 0 }

    static subscript(code: UInt32) -> UnicodeTraits { UnicodeTraits(rawValue: table[code]) }

    private static let table: PagedTable<UInt8> = {
        var table = PagedTable<UInt8>(0)
        var numbers = PackedNumbers(UnicodeTraitsData.runs)
        var (start, value) = (UInt32(0), UInt8(0))
        while let delta = numbers.next(), let next = numbers.next() {
            table.set(start..<start + UInt32(delta), to: value)
            (start, value) = (start + UInt32(delta), UInt8(next))
        }
        table.set(start..<0x110000, to: value)
        return table
    }()
}
