extension UnsafeMutableBufferPointer<Float> {
    /// Sets the logits of the tokens whose bits are clear to minus infinity.
    func exclude(outside words: UnsafePointer<UInt32>) {
        guard let base = baseAddress else { return }
        let numWhole = count / 32
        for word in 0..<numWhole {
            let bits = words[word]
            // Whole words are the usual case: few tokens are allowed between values, most of them within strings.
            if bits == .max { continue }
            let logits = base + word * 32
            if bits == 0 {
                logits.update(repeating: -.infinity, count: 32)
            } else {
                Self.exclude(logits, bits)
            }
        }
        for id in numWhole * 32..<count where words[numWhole] >> UInt32(id % 32) & 1 == 0 { base[id] = -.infinity }
    }

    @inline(__always)
    private static func exclude(_ logits: UnsafeMutablePointer<Float>, _ bits: UInt32) {
        let lanes = SIMD8<UInt32>(1, 2, 4, 8, 16, 32, 64, 128)
        let excluded = SIMD8<Float>(repeating: -.infinity)
        for part in 0..<4 {
            let address = UnsafeMutableRawPointer(logits + part * 8)
            let isExcluded = (SIMD8(repeating: bits >> UInt32(part * 8)) & lanes) .== 0
            let values = address.loadUnaligned(as: SIMD8<Float>.self)
            address.storeBytes(of: values.replacing(with: excluded, where: isExcluded), as: SIMD8<Float>.self)
        }
    }
}
