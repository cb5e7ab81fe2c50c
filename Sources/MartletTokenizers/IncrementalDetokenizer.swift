/// Turns ids into text as they come, holding back what the next token may change.
///
/// The pieces put together equal `Tokenizer.decode` of all ids.
public struct IncrementalDetokenizer: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecialTokens: Bool
    private var stream: DecoderStream

    /// A detokenizer for one text.
    public init(tokenizer: Tokenizer, skipSpecialTokens: Bool) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
        stream = DecoderStream(tokenizer.decoder)
    }

    /// The text that `id` makes final, which may be empty.
    public mutating func append(_ id: Int32) -> String {
        var text: [UInt8] = []
        tokenizer.push(id, skipSpecialTokens: skipSpecialTokens, into: &stream, text: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The text of what was held back; the detokenizer is then as new.
    public mutating func finish() -> String {
        defer { stream = DecoderStream(tokenizer.decoder) }
        return String(decoding: stream.finish(), as: UTF8.self)
    }
}
