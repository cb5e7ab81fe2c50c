/// The symbols of deflate for lengths and distances.
///
/// **Source** RFC 1951, 3.2.5 and 3.2.6.
enum DeflateCodes {
    /// Extra bits of literals (none), the end of a block (none) and lengths.
    static let extraLiteralBits =
        [Int](repeating: 0, count: 257)
        + [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
    /// Extra bits of distances.
    static let extraDistanceBits = (0..<30).map { max($0 / 2 - 1, 0) }
    /// Code lengths of blocks with fixed codes.
    static let fixedLiteralLengths =
        [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
        + [Int](repeating: 8, count: 6)

    /// The symbol of a match of 3 to 258 bytes.
    static func lengthCode(_ length: Int) -> Int { length == 258 ? 285 : 257 + code(length - 3, perDoubling: 4) }

    /// The symbol of a distance of at least 1.
    static func distanceCode(_ distance: Int) -> Int { code(distance - 1, perDoubling: 2) }

    /// Every doubling of the value has the same number of symbols.
    private static func code(_ value: Int, perDoubling: Int) -> Int {
        guard value >= perDoubling else { return value }
        let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
        let shift = exponent - perDoubling.trailingZeroBitCount
        return perDoubling * (shift + 1) + (value >> shift) - perDoubling
    }
}
