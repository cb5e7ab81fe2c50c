/// A set of tokens as one bit each.
struct TokenSet: Sendable {
    private var words: [UInt64] = []

    /// A set of these tokens, whose ids are not negative.
    init(_ ids: some Collection<Int32> = []) {
        guard let last = ids.max() else { return }
        for id in ids { insert(id, of: Int(last) + 1) }
    }

    func contains(_ id: Int32) -> Bool {
        let word = Int(UInt32(bitPattern: id) >> 6)
        return word < words.count && words[word] >> UInt64(id & 63) & 1 == 1
    }

    /// Adds a token of a vocabulary of `count`.
    mutating func insert(_ id: Int32, of count: Int) {
        if words.isEmpty { words = Array(repeating: 0, count: count / 64 + 1) }
        words[Int(id) >> 6] |= 1 << UInt64(id & 63)
    }
}
