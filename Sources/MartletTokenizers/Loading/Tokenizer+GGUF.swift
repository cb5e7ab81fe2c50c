import MartletJSON

extension Tokenizer {
    /// Loads the vocabulary of a GGUF file: `gpt2` and `gemma4` (BPE by merges), `llama` (SentencePiece BPE), `bert`
    /// (WordPiece), `t5` (Unigram), `rwkv` (longest match) and `plamo2`.
    ///
    /// Where llama.cpp and the family's tokenizer.json differ, the latter counts.
    ///
    /// **Throws** `TokenizerError.unsupported` for other models, among them `none` and `no_vocab`, and for unknown
    /// `pre`; `.malformed` where the lists contradict each other.
    public init(gguf: GGUFVocabulary) throws(TokenizerError) {
        let count = gguf.tokens.count
        for (name, other) in [("token types", gguf.tokenTypes.count), ("scores", gguf.scores.count)]
        where other != 0 && other != count {
            throw .malformed("\(other) \(name) for \(count) tokens")
        }
        let parts: GGUFParts
        switch gguf.model {
        case "gpt2": parts = try .pairs(gguf, GGUFPreTokenizer(pre: gguf.pre))
        case "gemma4": parts = try .pairs(gguf, GGUFPreTokenizer(pre: "gemma4"))
        case "llama": parts = .sentencePiece(gguf)
        case "bert": parts = try .wordPiece(gguf)
        case "t5": parts = try .unigram(gguf)
        case "rwkv": parts = .world(gguf)
        case "plamo2": parts = try .plamo(gguf)
        case "none", "no_vocab":
            throw .unsupported(
                part: "GGUF model", name: "\(gguf.model) (without vocabulary)", supported: Self.models)
        default: throw .unsupported(part: "GGUF model", name: gguf.model, supported: Self.models)
        }
        try self.init(parts, gguf)
    }

    private static let models = "gpt2, gemma4, llama, bert, t5, rwkv, plamo2"
}
