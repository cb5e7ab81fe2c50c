/// The tokens that are allowed in one configuration: the union of its parts.
struct ConfigurationMask {
    /// Sets shared with other configurations and grammars, as bits.
    var shared: [[UInt32]] = []
    var tokens: [Int32] = []
    /// Tokens that only the text so far decides about; none of those that are allowed anyway.
    var uncertain: [Int32] = []
    /// Whether the text may end.
    var accepts = false

    /// Bytes of memory held, without what is shared.
    var byteCount: Int { (tokens.count + uncertain.count) * 4 + shared.count * 8 + 64 }

    /// Sets the bits of all tokens but the uncertain ones, clears all others.
    func fill(_ words: UnsafeMutableBufferPointer<UInt32>, endOfSequence: [Int]) {
        if let first = shared.first {
            first.withUnsafeBufferPointer { source in
                for index in 0..<min(words.count, source.count) { words[index] = source[index] }
                for index in min(words.count, source.count)..<words.count { words[index] = 0 }
            }
        } else {
            words.update(repeating: 0)
        }
        for part in shared.dropFirst() {
            part.withUnsafeBufferPointer { source in
                for index in 0..<min(words.count, source.count) { words[index] |= source[index] }
            }
        }
        for token in tokens { words[Int(token) >> 5] |= 1 << UInt32(token & 31) }
        guard accepts else { return }
        for token in endOfSequence { words[token >> 5] |= 1 << UInt32(token & 31) }
    }
}
