extension Tokenizer {
    /// The token ids of `text`.
    ///
    /// `addSpecialTokens` adds what the model's post-processor puts around a text (for instance a BOS token);
    /// `parseSpecial` recognises special tokens that are spelled out in the text, else they are ordinary text.
    public func encode(_ text: String, addSpecialTokens: Bool, parseSpecial: Bool = true) -> [Int32] {
        var text = text
        return text.withUTF8 { encode(wellFormed: $0, addSpecialTokens: addSpecialTokens, parseSpecial: parseSpecial) }
    }

    /// The token ids of UTF-8 text; ill-formed sequences count as U+FFFD.
    public func encode(utf8 bytes: [UInt8], addSpecialTokens: Bool, parseSpecial: Bool = true) -> [Int32] {
        encode(
            String(decoding: bytes, as: UTF8.self), addSpecialTokens: addSpecialTokens, parseSpecial: parseSpecial)
    }

    private func encode(
        wellFormed text: UnsafeBufferPointer<UInt8>, addSpecialTokens: Bool, parseSpecial: Bool
    ) -> [Int32] {
        var encoding = Encoding(tokenizer: self)
        encoding.ids.reserveCapacity(text.count / 3 + 8)
        if addSpecialTokens { encoding.ids += postProcessor.prefix }
        rawMatcher.forEachSegment(in: text, parseSpecial: parseSpecial) { segment in
            if let token = segment.token {
                encoding.ids.append(token)
            } else {
                encoding.appendText(UnsafeBufferPointer(rebasing: text[segment.range]), parseSpecial: parseSpecial)
            }
        }
        if addSpecialTokens { encoding.ids += postProcessor.suffix }
        return encoding.ids
    }
}

/// The state of one `encode` call.
private struct Encoding {
    let tokenizer: Tokenizer
    var ids: [Int32] = []
    var scratch = BytePairScratch()

    init(tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// Encodes text between the added tokens that are matched before normalisation.
    mutating func appendText(_ text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool) {
        if let normalized = tokenizer.normalizer?.normalize(text) {
            normalized.withUnsafeBufferPointer { appendNormalized($0, parseSpecial: parseSpecial) }
        } else {
            appendNormalized(text, parseSpecial: parseSpecial)
        }
    }

    private mutating func appendNormalized(_ text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool) {
        if tokenizer.normalizedMatcher.isEmpty { return appendPieces(of: text) }
        tokenizer.normalizedMatcher.forEachSegment(in: text, parseSpecial: parseSpecial) { segment in
            if let token = segment.token {
                ids.append(token)
            } else {
                appendPieces(of: UnsafeBufferPointer(rebasing: text[segment.range]))
            }
        }
    }

    private mutating func appendPieces(of text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress else { return }
        let end = start + text.count
        tokenizer.preTokenizer.forEachPiece(in: text) { piece in
            let readable = piece.baseAddress.map { $0 >= start && $0 < end ? end - $0 : 0 } ?? 0
            tokenizer.model.encode(piece, readable: readable, into: &ids, scratch: &scratch)
        }
    }
}
