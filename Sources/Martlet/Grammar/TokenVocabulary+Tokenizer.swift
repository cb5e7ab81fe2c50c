public import MartletGrammar
public import MartletTokenizers

extension TokenVocabulary {
    /// The tokens of a tokenizer as the bytes they add in the middle of a text.
    ///
    /// - Parameters:
    ///   - tokenizer: whose tokens these are.
    ///   - size: ids of the model, which may have more than the tokenizer; nil: as many.
    ///   - endOfSequence: ids that end an output; nil: those the tokenizer knows.
    public init(_ tokenizer: Tokenizer, size: Int? = nil, endOfSequence: [Int32]? = nil) {
        let size = size ?? tokenizer.vocabSize
        let ends = Set((endOfSequence ?? tokenizer.eosTokenIDs).map(Int.init).filter { $0 < size })
        var tokens: [[UInt8]] = []
        tokens.reserveCapacity(size)
        var special = ends
        for id in 0..<size {
            tokens.append(tokenizer.tokenBytes(Int32(id)))
            if tokenizer.isSpecial(Int32(id)) { special.insert(id) }
        }
        self.init(tokens: tokens, special: special, endOfSequence: ends)
    }
}
