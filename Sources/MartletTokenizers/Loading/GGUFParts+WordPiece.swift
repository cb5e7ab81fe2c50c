import MartletJSON

extension GGUFParts {
    /// BERT's WordPiece. GGUF marks the tokens that begin a word, with `▁`, where BERT marks the others, with `##`.
    static func wordPiece(_ gguf: GGUFVocabulary) throws(TokenizerError) -> GGUFParts {
        let ids = DefaultIDs(bos: 101, unknown: 100, separator: 102, padding: 0, mask: 103)
        let unknown = gguf.unknownTokenID ?? (gguf.tokens.count > 100 ? ids.unknown : nil)
        let vocabulary = SpellingTable(gguf.tokens.indices.map { spelling(of: $0, gguf) })
        let model = WordPieceModel(
            vocabulary: vocabulary, unknownToken: unknown, continuingPrefix: Array("##".utf8), maxCharacters: 100)
        var normalizer = BertNormalizer()
        normalizer.lowercases = gguf.lowercases ?? true
        normalizer.stripsAccents = gguf.stripsAccents ?? normalizer.lowercases
        var parts = GGUFParts(
            model: .wordPiece(model), normalizer: .bert(normalizer),
            preTokenizer: try PreTokenizer(json: ["type": "BertPreTokenizer"]),
            decoder: TokenDecoder(tokenSteps: [.wordPiece(prefix: Array("##".utf8), cleanup: true)]),
            defaultIDs: ids, addsBOS: true)
        parts.addsSeparator = true
        return parts
    }

    private static func spelling(of id: Int, _ gguf: GGUFVocabulary) -> [UInt8] {
        let token = gguf.tokens[id]
        if gguf.type(id) == .control || gguf.type(id) == .unknown { return token }
        if token.starts(with: space) { return Array(token.dropFirst(space.count)) }
        // Old files leave tokens in brackets as they are.
        if token.first == UInt8(ascii: "["), token.last == UInt8(ascii: "]"), token.count > 2 { return token }
        return Array("##".utf8) + token
    }
}
