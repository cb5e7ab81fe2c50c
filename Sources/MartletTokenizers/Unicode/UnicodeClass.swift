/// What splitting patterns ask of a scalar: its general category, and two properties of other libraries' regexes.
struct UnicodeClass: Equatable {
    let rawValue: UInt8

    static let other = UnicodeClass(rawValue: 0)
    static let uppercaseLetter = UnicodeClass(rawValue: 1)
    static let lowercaseLetter = UnicodeClass(rawValue: 2)
    static let titlecaseLetter = UnicodeClass(rawValue: 3)
    static let modifierLetter = UnicodeClass(rawValue: 4)
    static let otherLetter = UnicodeClass(rawValue: 5)
    static let mark = UnicodeClass(rawValue: 6)
    static let number = UnicodeClass(rawValue: 7)
    static let punctuation = UnicodeClass(rawValue: 8)
    static let symbol = UnicodeClass(rawValue: 9)
    static let whitespace = UnicodeClass(rawValue: 10)

    private var category: UInt8 { rawValue & 15 }

    /// `\p{L}`.
    var isLetter: Bool { category &- 1 < 5 }
    /// `\p{M}`.
    var isMark: Bool { category == 6 }
    /// `\p{N}`.
    var isNumber: Bool { category == 7 }
    /// `\p{P}`.
    var isPunctuation: Bool { category == 8 }
    /// `\p{S}`.
    var isSymbol: Bool { category == 9 }
    /// `\s`.
    var isWhitespace: Bool { category == 10 }
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
    var isUpperLike: Bool { Self.upperLike >> category & 1 == 1 }
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
    var isLowerLike: Bool { Self.lowerLike >> category & 1 == 1 }
    /// `\w` as added tokens with `single_word` see it.
    var isWord: Bool { rawValue & 16 != 0 }
    /// Numeric as the `Digits` pre-tokenizer sees it.
    var isNumeric: Bool { rawValue & 32 != 0 }

    private static let upperLike: UInt16 = 0b111_1010
    private static let lowerLike: UInt16 = 0b111_0100
}

/// The class of every scalar: 256-scalar blocks, equal blocks stored once.
struct UnicodeClassTable: Sendable {
    static let shared = UnicodeClassTable()

    private var blockOfPage: [UInt8] = []
    private var blocks: [UInt8] = []

    private init() {
        var flat = [UInt8](repeating: 0, count: 0x110000)
        var decoder = PackedNumbers(UnicodeClassData.runs)
        var (start, value) = (0, UInt8(0))
        while let delta = decoder.next(), let next = decoder.next() {
            for code in start..<start + delta { flat[code] = value }
            (start, value) = (start + delta, UInt8(next))
        }
        var known: [ArraySlice<UInt8>: UInt8] = [:]
        for page in 0..<0x1100 {
            let block = flat[page << 8..<(page + 1) << 8]
            if known[block] == nil {
                known[block] = UInt8(known.count)
                blocks += block
            }
            blockOfPage.append(known[block]!)
        }
    }

    subscript(code: UInt32) -> UnicodeClass {
        UnicodeClass(rawValue: blocks[Int(blockOfPage[Int(code >> 8)]) << 8 | Int(code & 255)])
    }
}
