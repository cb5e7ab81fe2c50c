import MartletJSON

extension GGUFParts {
    /// BPE by merges, over bytes or over text.
    static func pairs(
        _ gguf: GGUFVocabulary, _ family: GGUFPreTokenizer
    ) throws(TokenizerError) -> GGUFParts {
        var parts = family.isText ? try text(gguf) : try bytes(gguf, family)
        parts.addsBOS = family.addsBOS
        return parts
    }

    private static func bytes(
        _ gguf: GGUFVocabulary, _ family: GGUFPreTokenizer
    ) throws(TokenizerError) -> GGUFParts {
        let preTokenizer = try PreTokenizer(json: family.json)
        // Falcon splits the printable spelling of the bytes once more, so that its pieces are text.
        guard preTokenizer.endsInByteLevel else {
            return GGUFParts(
                model: .characterBPE(try textModel(gguf, CharacterPairModel.Options())), normalizer: family.normalizer,
                preTokenizer: preTokenizer, decoder: .byteLevel)
        }
        // Without merges the ids stand for the ranks, as where kimi-k2 is converted.
        let isRanked = gguf.merges.isEmpty && family.ignoreMerges
        var vocabulary = Vocabulary(arenaCapacity: 1 << 20)
        for (id, token) in gguf.tokens.enumerated() where !isRanked || gguf.type(id) == .normal {
            token.withUnsafeBufferPointer { vocabulary.set(id, spelling: $0) }
        }
        vocabulary.buildIndex()
        let model =
            isRanked
            ? BytePairModel(ranks: vocabulary)
            : BytePairModel(
                vocabulary: vocabulary, merges: try merges(gguf, vocabulary), ignoreMerges: family.ignoreMerges)
        return GGUFParts(
            model: .byteLevelBPE(model), normalizer: family.normalizer, preTokenizer: preTokenizer,
            decoder: .byteLevel)
    }

    private static func merges(
        _ gguf: GGUFVocabulary, _ vocabulary: Vocabulary
    ) throws(TokenizerError) -> MergeTable {
        var builder = MergeTableBuilder(vocabulary: vocabulary, capacity: gguf.merges.count)
        for (number, merge) in gguf.merges.enumerated() {
            guard merge.withUnsafeBufferPointer({ builder.add(pair: $0, offset: number) }) else {
                throw .malformed("merge \(number) is no pair of tokens whose union is a token")
            }
        }
        builder.finish()
        if let wrong = builder.wrong {
            throw .malformed("merge \(wrong.number) is no pair of tokens whose union is a token")
        }
        return builder.table
    }

    /// Tokens are text with `▁` for spaces; other characters fall back to their bytes.
    private static func text(_ gguf: GGUFVocabulary) throws(TokenizerError) -> GGUFParts {
        var options = CharacterPairModel.Options()
        options.unknownToken = gguf.unknownTokenID
        options.fusesUnknown = true
        options.byteFallback = true
        return GGUFParts(
            model: .characterBPE(try textModel(gguf, options)),
            normalizer: .replace(Replacement(pattern: [UInt8(ascii: " ")], content: Self.space)),
            decoder: Self.spaceDecoder(dropsFirst: false))
    }

    private static func textModel(
        _ gguf: GGUFVocabulary, _ options: CharacterPairModel.Options
    ) throws(TokenizerError) -> CharacterPairModel {
        let vocabulary = SpellingTable(gguf.tokens)
        var merges = MergeTable(count: gguf.merges.count)
        for (rank, merge) in gguf.merges.enumerated() {
            // A space is never part of a token, but may be one.
            guard let space = merge.dropFirst().firstIndex(of: UInt8(ascii: " ")),
                let left = vocabulary.id(of: Array(merge[..<space])),
                let right = vocabulary.id(of: Array(merge[(space + 1)...])),
                let union = vocabulary.id(of: Array(merge[..<space] + merge[(space + 1)...]))
            else { throw .malformed("merge \(rank) is no pair of tokens whose union is a token") }
            merges.add(left, right, rank: rank, result: union)
        }
        return CharacterPairModel(vocabulary: vocabulary, merges: merges, options: options)
    }

    /// SentencePiece's spelling of a space.
    static let space = Array("▁".utf8)

    /// The decoder of models that spell spaces as SentencePiece does and fall back to bytes.
    static func spaceDecoder(dropsFirst: Bool) -> TokenDecoder {
        TokenDecoder(
            tokenSteps: [.replace(pattern: space, content: [UInt8(ascii: " ")]), .byteFallback], joint: .fuse,
            textSteps: dropsFirst ? [.strip(content: [UInt8(ascii: " ")], start: 1, stop: 0)] : [])
    }
}

extension SpellingTable {
    /// The tokens by id, findable.
    init(_ tokens: [[UInt8]]) {
        self.init(arenaCapacity: tokens.count * 8)
        for (id, token) in tokens.enumerated() { token.withUnsafeBufferPointer { set(id, $0) } }
        buildIndex()
    }
}
