extension GGUFParts {
    /// SentencePiece's BPE, where scores stand for the order of merges.
    static func sentencePiece(_ gguf: GGUFVocabulary) -> GGUFParts {
        var options = CharacterPairModel.Options()
        let addsSpace = gguf.addSpacePrefix ?? true
        let ids = DefaultIDs(bos: 1, eos: 2, unknown: 0)
        options.unknownToken = gguf.unknownTokenID ?? (gguf.tokens.isEmpty ? nil : ids.unknown)
        options.fusesUnknown = true
        options.byteFallback = true
        let scores = gguf.scores.isEmpty ? [Float](repeating: 0, count: gguf.tokens.count) : gguf.scores
        let model = CharacterPairModel(pieces: gguf.tokens, scores: scores, options: options) { id in
            gguf.type(id) == .normal || gguf.type(id) == .userDefined || gguf.type(id) == .unused
        }
        var stages: [Normalizer] = [.replace(Replacement(pattern: [UInt8(ascii: " ")], content: space))]
        if addsSpace { stages.insert(.prepend(space), at: 0) }
        return GGUFParts(
            model: .characterBPE(model), normalizer: .sequence(stages), decoder: spaceDecoder(dropsFirst: addsSpace),
            defaultIDs: ids, addsBOS: true)
    }
}
