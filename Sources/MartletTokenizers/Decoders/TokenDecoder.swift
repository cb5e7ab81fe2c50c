/// How tokens become text again: steps over the tokens, then what joins them, then steps over the joined text.
struct TokenDecoder: Sendable {
    /// What makes one text of the tokens.
    enum Joint: Sendable {
        /// One after the other.
        case concatenation
        /// With a space between two: what there is without a decoder.
        case spaces
        /// One after the other; the steps that follow see one token.
        case fuse
        /// Tokens spelled in the byte alphabet become bytes, and what is no UTF-8 of them U+FFFD.
        case byteLevel
    }

    /// What happens to each token.
    var tokenSteps: [DecoderStep] = []
    var joint: Joint = .concatenation
    /// What happens to the joined text.
    var textSteps: [DecoderStep] = []

    /// The decoder that byte-level models have.
    static let byteLevel = TokenDecoder(joint: .byteLevel)
    /// What tokenizer.json without decoder means.
    static let none = TokenDecoder(joint: .spaces)

    /// Whether decoding is nothing but reading tokens in the byte alphabet.
    var isPlainByteLevel: Bool {
        if case .byteLevel = joint { return tokenSteps.isEmpty && textSteps.isEmpty }
        return false
    }
}

extension TokenDecoder {
    /// The bytes that a token, spelled so, adds in the middle of a text.
    func bytes(of spelling: [UInt8]) -> [UInt8] {
        var token = spelling
        for step in tokenSteps {
            if case .byteFallback = step, let byte = DecoderStep.byte(of: token) { return [byte] }
            token = step.apply(to: token, isFirst: false, isLast: false)
        }
        switch joint {
        case .concatenation, .fuse: break
        case .spaces: token.insert(UInt8(ascii: " "), at: 0)
        case .byteLevel: token = token.bytesOfAlphabet()
        }
        for step in textSteps {
            // What is stripped is at the ends of the text.
            if case .strip = step { continue }
            token = step.apply(to: token, isFirst: true, isLast: true)
        }
        return token
    }
}

extension [UInt8] {
    /// The bytes spelled in the byte alphabet, or the text itself where it has other characters.
    func bytesOfAlphabet() -> [UInt8] {
        var bytes: [UInt8] = []
        let isSpelled = withUnsafeBufferPointer { ByteAlphabet.shared.appendBytes(of: $0, to: &bytes) }
        return isSpelled ? bytes : self
    }
}
