extension GGUFParts {
    /// SentencePiece's Unigram.
    static func unigram(_ gguf: GGUFVocabulary) throws(TokenizerError) -> GGUFParts {
        throw .unsupported(part: "GGUF model", name: "t5", supported: "gpt2")
    }
}
