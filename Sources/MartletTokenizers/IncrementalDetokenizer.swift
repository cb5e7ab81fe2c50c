/// Turns ids into text as they come, holding back bytes that the next token may complete.
///
/// The pieces put together equal `Tokenizer.decode` of all ids.
public struct IncrementalDetokenizer: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecialTokens: Bool
    private let kept: Set<Int32>
    /// An unfinished UTF-8 sequence: at most three bytes.
    private var pending: [UInt8] = []

    /// A detokenizer for one text; the special tokens in `kept` are never skipped.
    public init(tokenizer: Tokenizer, skipSpecialTokens: Bool, kept: Set<Int32> = []) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
        self.kept = kept
    }

    /// The text that `id` makes final, which may be empty.
    public mutating func append(_ id: Int32) -> String {
        if skipSpecialTokens && tokenizer.isSpecial(id) && !kept.contains(id) { return "" }
        pending.append(contentsOf: tokenizer.vocabulary.bytes(Int(id)))
        let finalCount = pending.count - unfinishedCount
        guard finalCount > 0 else { return "" }
        let text = String(decoding: pending[..<finalCount], as: UTF8.self)
        pending.removeFirst(finalCount)
        return text
    }

    /// The text of what was held back; the detokenizer is then as new.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end begin a sequence that more bytes may complete.
    private var unfinishedCount: Int {
        for count in 1...3 where count <= pending.count {
            let lead = pending[pending.count - count]
            if lead & 0xC0 == 0x80 { continue }
            return mayGrow(pending.suffix(count)) ? count : 0
        }
        return 0
    }

    /// Whether `bytes`, a lead byte and continuation bytes, are a proper prefix of a well-formed sequence.
    private func mayGrow(_ bytes: ArraySlice<UInt8>) -> Bool {
        let lead = bytes[bytes.startIndex]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard (0xC2...0xF4).contains(lead), bytes.count < length else { return false }
        guard let second = bytes.dropFirst().first else { return true }
        switch lead {
        case 0xE0: return second >= 0xA0
        case 0xED: return second < 0xA0
        case 0xF0: return second >= 0x90
        case 0xF4: return second < 0x90
        default: return true
        }
    }
}
