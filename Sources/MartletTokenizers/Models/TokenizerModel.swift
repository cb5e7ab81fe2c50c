/// What turns one piece of text into tokens.
enum TokenizerModel: Sendable {
    /// BPE over the bytes of a piece; the pre-tokenizer ends in ByteLevel.
    case byteLevelBPE(BytePairModel)
    /// BPE over the characters of a piece.
    case characterBPE(CharacterPairModel)
    /// The most probable tokens.
    case unigram(UnigramModel)
    /// The longest tokens, from the start of the piece.
    case wordPiece(WordPieceModel)
    /// The piece is a token.
    case wordLevel(WordLevelModel)
    /// The longest tokens, which are any bytes, from the start of the piece.
    case longestMatch(LongestMatchModel)
    /// The cheapest tokens.
    case leastCost(LeastCostModel)
    /// What a SentencePiece file says.
    case sentencePiece(SentencePieceModel)
}

extension TokenizerModel {
    /// True where pieces are bytes of their own, not text.
    var takesBytes: Bool {
        if case .byteLevelBPE = self { return true }
        return false
    }

    /// The spellings, of models that have no bytes.
    private var spellings: SpellingTable? {
        switch self {
        case .byteLevelBPE: nil
        case .characterBPE(let model): model.vocabulary
        case .unigram(let model): model.vocabulary
        case .wordPiece(let model): model.vocabulary
        case .wordLevel(let model): model.vocabulary
        case .longestMatch(let model): model.vocabulary
        case .leastCost(let model): model.vocabulary
        case .sentencePiece(let model): model.vocabulary
        }
    }

    /// One more than the highest id.
    var count: Int {
        if case .byteLevelBPE(let model) = self { return model.vocabulary.count }
        return spellings?.count ?? 0
    }

    /// How many tokens there are; ids without token do not count.
    var tokenCount: Int {
        if case .byteLevelBPE(let model) = self { return model.vocabulary.tokenCount }
        return spellings?.tokenCount ?? 0
    }

    /// The model's token of this spelling.
    func id(spelling: [UInt8]) -> Int32? {
        if case .byteLevelBPE(let model) = self { return model.id(spelling: spelling) }
        return spellings?.id(of: spelling)
    }

    /// How the file spells the token; nil for an id without token.
    func spelling(_ id: Int) -> [UInt8]? {
        if case .byteLevelBPE(let model) = self { return model.vocabulary.spelling(id).map { Array($0.utf8) } }
        return spellings?.spelling(id).map(Array.init)
    }

    /// Appends the tokens of one piece of text.
    @inline(__always)
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout ModelScratch) {
        switch self {
        case .byteLevelBPE(let model): model.encode(piece, into: &ids, scratch: &scratch.pairs)
        case .characterBPE(let model): model.encode(piece, into: &ids, scratch: &scratch)
        case .unigram(let model): model.encode(piece, into: &ids, scratch: &scratch.unigram)
        case .wordPiece(let model): model.encode(piece, into: &ids)
        case .wordLevel(let model): model.encode(piece, into: &ids)
        case .longestMatch(let model): model.encode(piece, into: &ids)
        case .leastCost(let model): model.encode(piece, into: &ids)
        case .sentencePiece(let model): model.encode(piece, into: &ids, scratch: &scratch)
        }
    }
}

/// What models work in; kept between the pieces of one text to allocate once.
struct ModelScratch {
    var pairs = BytePairScratch()
    var unigram = UnigramScratch()
}
