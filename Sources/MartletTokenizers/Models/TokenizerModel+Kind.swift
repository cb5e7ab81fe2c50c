extension Tokenizer {
    /// What kind of model it is, for people.
    public var kind: String {
        switch model {
        case .byteLevelBPE: "byte-level BPE"
        case .characterBPE: "BPE"
        case .unigram: "Unigram"
        case .wordPiece: "WordPiece"
        case .wordLevel: "WordLevel"
        case .longestMatch: "longest match"
        case .leastCost: "least cost"
        case .sentencePiece: "SentencePiece"
        }
    }
}
