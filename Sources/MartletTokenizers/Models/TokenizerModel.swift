/// What turns one piece of text into tokens.
enum TokenizerModel: Sendable {
    /// BPE over the bytes of a piece; the pre-tokenizer ends in ByteLevel.
    case byteLevelBPE(BytePairModel)
    /// BPE over the characters of a piece.
    case characterBPE(CharacterPairModel)
}

extension TokenizerModel {
    /// One more than the highest id.
    var count: Int {
        switch self {
        case .byteLevelBPE(let model): model.vocabulary.count
        case .characterBPE(let model): model.vocabulary.count
        }
    }

    /// True where pieces are bytes of their own, not text.
    var takesBytes: Bool {
        if case .byteLevelBPE = self { return true }
        return false
    }

    /// How many tokens there are; ids without token do not count.
    var tokenCount: Int {
        switch self {
        case .byteLevelBPE(let model): model.vocabulary.tokenCount
        case .characterBPE(let model): model.vocabulary.tokenCount
        }
    }

    /// The model's token of this spelling.
    func id(spelling: [UInt8]) -> Int32? {
        switch self {
        case .byteLevelBPE(let model): model.id(spelling: spelling)
        case .characterBPE(let model): spelling.withUnsafeBufferPointer { model.vocabulary.id(of: $0) }
        }
    }

    /// How the file spells the token; nil for an id without token.
    func spelling(_ id: Int) -> [UInt8]? {
        switch self {
        case .byteLevelBPE(let model): model.vocabulary.spelling(id).map { Array($0.utf8) }
        case .characterBPE(let model): model.vocabulary.spelling(id).map(Array.init)
        }
    }

    /// Appends the tokens of one piece of text.
    @inline(__always)
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout ModelScratch) {
        switch self {
        case .byteLevelBPE(let model): model.encode(piece, into: &ids, scratch: &scratch.pairs)
        case .characterBPE(let model): model.encode(piece, into: &ids, scratch: &scratch)
        }
    }
}

/// What models work in; kept between the pieces of one text to allocate once.
struct ModelScratch {
    var pairs = BytePairScratch()
    /// The stretches of a long piece that are encoded for themselves.
    var stretches = WordCache()
}
