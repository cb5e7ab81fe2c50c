extension Tokenizer {
    /// Loads the vocabulary of a whisper.cpp file: the bytes of every token in the order of their ranks.
    ///
    /// Special tokens follow behind the ranks; how many languages are among them `vocabSize` tells, the rows of the
    /// embedding table. What the file has behind the ranks is left out, since some converters write special tokens there.
    ///
    /// **Throws** `TokenizerError.malformed` when there are too few tokens, or one for some byte is missing;
    /// `.unsupported` for a size that no Whisper vocabulary has.
    /// **Source** whisper.cpp `whisper_vocab`, openai-whisper `tokenizer.py`.
    public static func load(whisperTokens tokens: [[UInt8]], vocabSize: Int) throws(TokenizerError) -> Tokenizer {
        let isMultilingual = vocabSize >= 51_865
        let numRanks = isMultilingual ? 50_257 : 50_256
        let numLanguages = vocabSize - 51_765 - (isMultilingual ? 1 : 0)
        guard (99...100).contains(numLanguages) else {
            throw .unsupported(
                part: "Whisper vocabulary", name: "of \(vocabSize) tokens",
                supported: "51864 (English), 51865, 51866 (with Cantonese)")
        }
        guard tokens.count >= numRanks else {
            throw .malformed("\(tokens.count) tokens, a Whisper vocabulary of this kind has at least \(numRanks)")
        }
        let file = try TiktokenFile(tokens: Array(tokens.prefix(numRanks)))
        return try Tokenizer(file, .whisper(numTokens: numRanks, numLanguages), config: nil)
    }
}
