extension Tokenizer {
    /// The text of `ids`; bytes that are no UTF-8 become U+FFFD, ids without token nothing.
    public func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool) -> String {
        let text = ids.withContiguousStorageIfAvailable { decode($0, skipSpecialTokens) }
        return text ?? Array(ids).withUnsafeBufferPointer { decode($0, skipSpecialTokens) }
    }

    private func decode(_ ids: UnsafeBufferPointer<Int32>, _ skipSpecialTokens: Bool) -> String {
        var text: [UInt8] = []
        if let plainBytes {
            text.reserveCapacity(ids.count * 4)
            for id in ids where !(skipSpecialTokens && isSpecial(id)) {
                plainBytes.withText(id) { text.append(contentsOf: $0) }
            }
        } else {
            var stream = DecoderStream(decoder)
            for id in ids { push(id, skipSpecialTokens: skipSpecialTokens, into: &stream, text: &text) }
            text += stream.finish()
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The text that one more id makes final.
    func push(_ id: Int32, skipSpecialTokens: Bool, into stream: inout DecoderStream) -> String {
        if plainBytes == nil {
            var text: [UInt8] = []
            push(id, skipSpecialTokens: skipSpecialTokens, into: &stream, text: &text)
            return String(decoding: text, as: UTF8.self)
        }
        if skipSpecialTokens && isSpecial(id) { return "" }
        return plainBytes!.withText(id) { stream.text(of: $0) }
    }

    private func push(_ id: Int32, skipSpecialTokens: Bool, into stream: inout DecoderStream, text: inout [UInt8]) {
        guard let spelling = spelling(id) else { return }
        text += skipSpecialTokens && isSpecial(id) ? stream.skip(spelling) : stream.push(spelling)
    }
}
