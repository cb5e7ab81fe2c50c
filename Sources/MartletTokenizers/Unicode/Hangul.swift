/// Hangul syllables compose and decompose by arithmetic (Unicode Standard 3.12).
enum Hangul {
    static let syllables: UInt32 = 0xAC00
    static let leading: UInt32 = 0x1100
    static let vowels: UInt32 = 0x1161
    static let trailing: UInt32 = 0x11A7
    static let vowelCount: UInt32 = 21
    static let trailingCount: UInt32 = 28
    static let leadingCount: UInt32 = 19
    static let syllableCount: UInt32 = 11172

    /// Appends the jamo of a syllable; false, appending nothing, for other scalars.
    static func decompose(_ code: UInt32, into result: inout [UInt32]) -> Bool {
        let index = code &- syllables
        guard index < syllableCount else { return false }
        result.append(leading + index / (vowelCount * trailingCount))
        result.append(vowels + index / trailingCount % vowelCount)
        if index % trailingCount > 0 { result.append(trailing + index % trailingCount) }
        return true
    }

    /// The syllable of two jamo, or of a syllable and a trailing jamo.
    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        let (lead, vowel) = (first &- leading, second &- vowels)
        if lead < leadingCount, vowel < vowelCount {
            return syllables + (lead * vowelCount + vowel) * trailingCount
        }
        let (syllable, trail) = (first &- syllables, second &- trailing)
        guard syllable < syllableCount, syllable % trailingCount == 0, trail > 0, trail < trailingCount else {
            return nil
        }
        return first + trail
    }
}
