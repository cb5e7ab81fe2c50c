/// A set of tokens that does not change: bits where it is large, ids where it is small.
struct TokenSet: Sendable {
    /// The bits, 32 ids a word; empty where `tokens` says all.
    private(set) var words: [UInt32] = []
    private(set) var tokens: [Int32] = []

    /// The set of these ids (in any order, possibly repeated) out of `count`.
    init(_ tokens: [Int32], outOf count: Int) {
        let numWords = (count + 31) / 32
        guard tokens.count > numWords / 4 else {
            self.tokens = tokens
            return
        }
        words = Array(repeating: 0, count: numWords)
        for token in tokens { words[Int(token) >> 5] |= 1 << UInt32(token & 31) }
    }

    /// Bytes of memory held.
    var byteCount: Int { words.count * 4 + tokens.count * 4 }
}
