extension UnsafeMutableBufferPointer<Float> {
    /// Sets the logits of the tokens whose bits are clear to minus infinity.
    func exclude(outside words: UnsafePointer<UInt32>) {
        guard let base = baseAddress else { return }
        let numWhole = count / 32
        for word in 0..<numWhole {
            let bits = words[word]
            let logits = base + word * 32
            // Between values few tokens are allowed, within strings few are not.
            if bits == 0 {
                logits.update(repeating: -.infinity, count: 32)
            } else {
                var excluded = ~bits
                while excluded != 0 {
                    logits[excluded.trailingZeroBitCount] = -.infinity
                    excluded &= excluded - 1
                }
            }
        }
        for id in numWhole * 32..<count where words[numWhole] >> UInt32(id % 32) & 1 == 0 { base[id] = -.infinity }
    }
}
