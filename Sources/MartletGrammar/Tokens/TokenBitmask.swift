/// One bit per token id, set where the token is allowed: 32 ids a word, the lowest bit first (xgrammar's layout).
public struct TokenBitmask: Sendable {
    /// The bits.
    public var words: [UInt32]
    /// Number of token ids.
    public let count: Int

    /// All bits clear.
    public init(count: Int) {
        self.count = count
        words = Array(repeating: 0, count: (count + 31) / 32)
    }

    /// Whether the token is allowed.
    public subscript(token: Int) -> Bool {
        get { words[token >> 5] >> UInt32(token & 31) & 1 != 0 }
        set {
            let bit: UInt32 = 1 << UInt32(token & 31)
            if newValue { words[token >> 5] |= bit } else { words[token >> 5] &= ~bit }
        }
    }
}
