/// The vocabulary in a whisper.cpp file: the bytes of every token in the order of their ranks, without special tokens.
public struct WhisperVocabularyFile: Sendable {
    /// Every token's bytes by id; special tokens follow behind them by a rule.
    public let tokens: PackedStrings
    /// Rows of the embedding table, which tells how many languages there are.
    public let vocabSize: Int
}
