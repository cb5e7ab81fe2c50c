extension Tokenizer {
    /// The text of `ids`; bytes that are no UTF-8 become U+FFFD, ids without token nothing.
    public func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool) -> String {
        let text = ids.withContiguousStorageIfAvailable { decode($0, skipSpecialTokens) }
        return text ?? Array(ids).withUnsafeBufferPointer { decode($0, skipSpecialTokens) }
    }

    private func decode(_ ids: UnsafeBufferPointer<Int32>, _ skipSpecialTokens: Bool) -> String {
        if let plainBytes { return decode(ids, skipSpecialTokens, plainBytes) }
        var text: [UInt8] = []
        var stream = DecoderStream(decoder)
        for id in ids { push(id, skipSpecialTokens: skipSpecialTokens, into: &stream, text: &text) }
        text += stream.finish()
        return String(decoding: text, as: UTF8.self)
    }

    private func decode(
        _ ids: UnsafeBufferPointer<Int32>, _ skipSpecialTokens: Bool, _ vocabulary: Vocabulary
    ) -> String {
        var text = ""
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ids.count * 4)
        for id in ids {
            if !(skipSpecialTokens && isSpecial(id)) {
                vocabulary.withText(id) { bytes.append(contentsOf: $0) }
            } else if hidesControlTokens {
                // mistral_common decodes the runs between control tokens each by itself.
                text += String(decoding: bytes, as: UTF8.self)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        return text + String(decoding: bytes, as: UTF8.self)
    }

    /// The text that one more id makes final.
    func push(_ id: Int32, skipSpecialTokens: Bool, into stream: inout DecoderStream) -> String {
        let skips = skipSpecialTokens && isSpecial(id)
        if plainBytes != nil, !skips { return plainBytes!.withText(id) { stream.text(of: $0) } }
        var text: [UInt8] = []
        if plainBytes == nil {
            push(id, skipSpecialTokens: skipSpecialTokens, into: &stream, text: &text)
        } else if hidesControlTokens {
            stream.endBytes(into: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func push(_ id: Int32, skipSpecialTokens: Bool, into stream: inout DecoderStream, text: inout [UInt8]) {
        guard let spelling = spelling(id) else { return }
        text += skipSpecialTokens && isSpecial(id) ? stream.skip(spelling) : stream.push(spelling)
    }
}
