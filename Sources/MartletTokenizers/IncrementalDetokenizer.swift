/// Turns ids into text as they come, holding back what the next token may change.
///
/// The pieces put together equal `Tokenizer.decode` of all ids.
public struct IncrementalDetokenizer: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecialTokens: Bool
    private let kept: Set<Int32>
    private var stream: DecoderStream

    /// A detokenizer for one text; the special tokens in `kept` are never skipped.
    public init(tokenizer: Tokenizer, skipSpecialTokens: Bool, kept: Set<Int32> = []) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
        self.kept = kept
        stream = DecoderStream(tokenizer.decoder)
    }

    /// The text that `id` makes final, which may be empty.
    public mutating func append(_ id: Int32) -> String {
        let skips = skipSpecialTokens && !kept.contains(id)
        return tokenizer.push(id, skipSpecialTokens: skips, into: &stream)
    }

    /// The text of what was held back; the detokenizer is then as new.
    public mutating func finish() -> String {
        defer { stream = DecoderStream(tokenizer.decoder) }
        return String(decoding: stream.finish(), as: UTF8.self)
    }
}
