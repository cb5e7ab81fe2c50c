/// The most probable sequence of tokens, by the scores of the tokens.
///
/// **Source** tokenizers `models/unigram` `encode_optimized`.
struct UnigramModel: Sendable {
    let vocabulary: SpellingTable
    /// What stands for a character without token; nil drops it.
    let unknownToken: Int32?
    /// An unknown stretch becomes the tokens `<0x00>` to `<0xFF>` of its bytes, where there are all.
    let tokenOfByte: [Int32?]
    let scores: [Double]
    let unknownScore: Double
    let trie: PrefixTrie

    /// How much less probable an unknown character is than the least probable token.
    private static let unknownPenalty = 10.0

    /// A model of these pieces, which are the ids in order.
    init(pieces: [[UInt8]], scores: [Double], unknownToken: Int32?, byteFallback: Bool) {
        var vocabulary = SpellingTable(arenaCapacity: pieces.count * 8)
        for (id, piece) in pieces.enumerated() { piece.withUnsafeBufferPointer { vocabulary.set(id, $0) } }
        vocabulary.buildIndex()
        self.init(vocabulary: vocabulary, scores: scores, unknownToken: unknownToken, byteFallback: byteFallback)
    }

    /// A model over an indexed vocabulary without holes.
    init(vocabulary: SpellingTable, scores: [Double], unknownToken: Int32?, byteFallback: Bool) {
        self.vocabulary = vocabulary
        self.scores = scores
        self.unknownToken = unknownToken
        tokenOfByte = byteFallback ? vocabulary.byteTokens : []
        unknownScore = (scores.min() ?? .infinity) - Self.unknownPenalty
        var trie = PrefixTrie()
        for id in 0..<vocabulary.count {
            guard let spelling = vocabulary.spelling(id), !spelling.isEmpty else { continue }
            trie.insert(spelling, Int32(id))
        }
        self.trie = trie
    }
}
