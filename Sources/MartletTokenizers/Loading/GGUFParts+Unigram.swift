extension GGUFParts {
    /// SentencePiece's Unigram with its character map.
    ///
    /// Every stretch of text between added tokens gets the space in front, as in the tokenizer.json of these families.
    static func unigram(_ gguf: GGUFVocabulary) throws(TokenizerError) -> GGUFParts {
        let ids = DefaultIDs(eos: 1, unknown: 2, padding: 0)
        var file = SentencePieceFile(gguf, unknown: gguf.unknownTokenID ?? 2)
        let unknown = try file.validate()
        let userDefined = PrefixMatcher(file.pieces)
        return GGUFParts(
            model: .sentencePiece(SentencePieceModel(file, unknown: unknown, userDefined: userDefined)),
            normalizer: .sentencePiece(
                try SentencePieceNormalizer(file.normalizer, file, userDefined, prefixesAllStretches: true)),
            decoder: spaceDecoder(dropsFirst: file.normalizer.addsDummyPrefix), defaultIDs: ids, addsEOS: true)
    }
}

extension SentencePieceFile {
    /// What the `.model` file said that the metadata come from.
    fileprivate init(_ gguf: GGUFVocabulary, unknown: Int32) {
        for (id, token) in gguf.tokens.enumerated() {
            var piece = Piece(text: token, score: gguf.scores.isEmpty ? 0 : gguf.scores[id])
            piece.type = PieceType(rawValue: UInt64(gguf.type(id).rawValue)) ?? .normal
            // One piece is unknown, whatever the types say.
            if id == Int(unknown) { piece.type = .unknown } else if piece.type == .unknown { piece.type = .control }
            pieces.append(piece)
        }
        trainer.byteFallback = pieces.contains { $0.type == .byte }
        normalizer.charsmap = gguf.charsMap
        normalizer.addsDummyPrefix = gguf.addSpacePrefix ?? true
        normalizer.removesExtraWhitespace = gguf.removeExtraWhitespaces ?? false
    }
}
