/// Turns ids into text as they come, holding back what the next token may change.
///
/// The pieces put together equal `Tokenizer.decode` of all ids.
public struct IncrementalDetokenizer: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecialTokens: Bool
    private let kept: Set<Int32>
    private var stream: DecoderStream
    /// The text of `opening` that is still to come out.
    private var numOpening = 0

    /// A detokenizer for one text; the special tokens in `kept` are never skipped.
    ///
    /// With `continuesText` the ids stand in the middle of a text, so that every one of them adds its `tokenBytes`;
    /// otherwise some tokenizers drop a space at the beginning.
    public init(
        tokenizer: Tokenizer, skipSpecialTokens: Bool, kept: Set<Int32> = [], continuesText: Bool = false
    ) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
        self.kept = kept
        stream = DecoderStream(tokenizer.decoder)
        // Byte-level decoders treat all tokens alike.
        guard continuesText, tokenizer.plainBytes == nil else { return }
        numOpening = Self.opening.count
        _ = withoutOpening(String(decoding: stream.push(Self.opening), as: UTF8.self))
    }

    /// What stands before a continued text.
    private static let opening = Array("a".utf8)

    /// The text that `id` makes final, which may be empty.
    public mutating func append(_ id: Int32) -> String {
        let skips = skipSpecialTokens && !kept.contains(id)
        let text = tokenizer.push(id, skipSpecialTokens: skips, into: &stream)
        return numOpening == 0 ? text : withoutOpening(text)
    }

    private mutating func withoutOpening(_ text: String) -> String {
        let numDropped = min(numOpening, text.utf8.count)
        numOpening -= numDropped
        return String(decoding: text.utf8.dropFirst(numDropped), as: UTF8.self)
    }

    /// The text of what was held back; the detokenizer is then as new.
    public mutating func finish() -> String {
        defer { stream = DecoderStream(tokenizer.decoder) }
        return withoutOpening(String(decoding: stream.finish(), as: UTF8.self))
    }
}
