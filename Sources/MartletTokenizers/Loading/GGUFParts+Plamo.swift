extension GGUFParts {
    /// PLaMo 2's vocabulary, where every byte has a token.
    static func plamo(_ gguf: GGUFVocabulary) throws(TokenizerError) -> GGUFParts {
        let model = LeastCostModel(tokens: gguf.tokens, scores: gguf.scores) { gguf.type($0) == .byte }
        guard !model.vocabulary.byteTokens.contains(nil) else {
            throw .malformed("plamo2: not every byte has a token <0x00> to <0xFF>")
        }
        return GGUFParts(
            model: .leastCost(model), decoder: TokenDecoder(tokenSteps: [.byteFallback], joint: .fuse),
            defaultIDs: DefaultIDs(bos: 1, eos: 2, unknown: 0, padding: 3))
    }
}
