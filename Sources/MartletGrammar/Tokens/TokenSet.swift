/// A set of tokens: bits where it is large, ids where it is small.
struct TokenSet: Sendable {
    /// The bits, 32 ids a word; empty where `tokens` says all.
    private(set) var words: [UInt32] = []
    private(set) var tokens: [Int32] = []

    /// The set of these ids (in any order, possibly repeated) out of `count`.
    init(_ tokens: [Int32], outOf count: Int) {
        let numWords = (count + 31) / 32
        guard tokens.count > numWords / 2 else {
            self.tokens = tokens
            return
        }
        words = Array(repeating: 0, count: numWords)
        for token in tokens { words[Int(token) >> 5] |= 1 << UInt32(token & 31) }
    }

    /// Bytes of memory held.
    var byteCount: Int { words.count * 4 + tokens.count * 4 }

    /// All ids.
    var listed: [Int32] {
        words.isEmpty
            ? tokens : (0..<Int32(words.count * 32)).filter { words[Int($0) >> 5] >> UInt32($0 & 31) & 1 != 0 }
    }

    mutating func remove(_ missing: some Collection<Int32>) {
        if words.isEmpty {
            let missing = Set(missing)
            if !missing.isEmpty { tokens.removeAll { missing.contains($0) } }
        } else {
            for token in missing { words[Int(token) >> 5] &= ~(1 << UInt32(token & 31)) }
        }
    }

    /// Sets the bits of the set.
    func add(to target: inout [UInt32]) {
        for index in 0..<min(words.count, target.count) { target[index] |= words[index] }
        for token in tokens { target[Int(token) >> 5] |= 1 << UInt32(token & 31) }
    }
}
