/// The tokens that are allowed in one configuration.
struct ConfigurationMask {
    /// Tokens as bits, often shared with other configurations and grammars; empty where `tokens` says all.
    private var words: [UInt32] = []
    /// Tokens of `words` that are not allowed.
    private var missing: [Int32] = []
    /// Further tokens.
    private var tokens: [Int32] = []
    /// Tokens that only the text so far decides about, in the order of their strings; none of those that are allowed
    /// anyway.
    private(set) var uncertain: [Int32] = []
    /// Whether the text may end.
    private var accepts: Bool
    /// Bytes of memory held, without what is shared.
    private(set) var byteCount = 0

    /// Brings together what a walk has found: the masks of lexemes, single tokens, and those that are uncertain.
    init(
        shared: [LexemeMask], allowed: UnsafeBufferPointer<Int32>, uncertain: UnsafeBufferPointer<Int32>,
        ranks: [Int32], accepts: Bool, outOf count: Int
    ) {
        self.accepts = accepts
        var ownWords = false
        let numWords = (count + 31) / 32
        if shared.count > 1 || allowed.count > numWords / 2 {
            words = Array(repeating: 0, count: numWords)
            ownWords = true
            for mask in shared {
                // In the order base, missing, own: what one mask misses another may have.
                var part = mask.base?.inside ?? mask.inside
                part.remove(mask.missing)
                part.add(to: &words)
                if mask.base != nil { mask.inside.add(to: &words) }
            }
            for token in allowed { words[Int(token) >> 5] |= 1 << UInt32(token & 31) }
        } else {
            tokens = Array(allowed)
            if let mask = shared.first {
                let base = mask.base?.inside ?? mask.inside
                words = base.words
                missing = mask.missing.sorted()
                tokens += base.words.isEmpty ? base.tokens.filter { !mask.missing.contains($0) } : []
                if mask.base != nil { tokens += mask.inside.listed }
            }
        }
        if !uncertain.isEmpty {
            let isAllowed = bits(numWords)
            self.uncertain = uncertain.filter { isAllowed[Int($0) >> 5] >> UInt32($0 & 31) & 1 == 0 }
            self.uncertain.sort { ranks[Int($0)] < ranks[Int($1)] }
        }
        byteCount = (tokens.count + self.uncertain.count + missing.count) * 4 + (ownWords ? numWords * 4 : 0) + 64
    }

    private func bits(_ numWords: Int) -> [UInt32] {
        var words = Array(repeating: 0 as UInt32, count: numWords)
        words.withUnsafeMutableBufferPointer { fill($0, endOfSequence: []) }
        return words
    }

    /// Sets the bits of all tokens but the uncertain ones, clears all others.
    func fill(_ target: UnsafeMutableBufferPointer<UInt32>, endOfSequence: [Int]) {
        let shared = min(target.count, words.count)
        words.withUnsafeBufferPointer { source in
            if let from = source.baseAddress, let to = target.baseAddress { to.update(from: from, count: shared) }
        }
        for index in shared..<target.count { target[index] = 0 }
        missing.withUnsafeBufferPointer { tokens in
            for token in tokens { target[Int(token) >> 5] &= ~(1 << UInt32(token & 31)) }
        }
        tokens.withUnsafeBufferPointer { tokens in
            for token in tokens { target[Int(token) >> 5] |= 1 << UInt32(token & 31) }
        }
        guard accepts else { return }
        for token in endOfSequence { target[token >> 5] |= 1 << UInt32(token & 31) }
    }
}
