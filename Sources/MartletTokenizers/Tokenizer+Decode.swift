extension Tokenizer {
    /// The text of `ids`; bytes that are no UTF-8 become U+FFFD, ids without token nothing.
    public func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool) -> String {
        var text: [UInt8] = []
        var stream = DecoderStream(decoder)
        for id in ids { push(id, skipSpecialTokens: skipSpecialTokens, into: &stream, text: &text) }
        text += stream.finish()
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends to `text` what one more id makes final.
    func push(_ id: Int32, skipSpecialTokens: Bool, into stream: inout DecoderStream, text: inout [UInt8]) {
        if skipSpecialTokens && isSpecial(id) {
            if plainBytes != nil {
                // mistral_common decodes the runs between control tokens each by itself.
                if hidesControlTokens { stream.endBytes(into: &text) }
            } else if let spelling = spelling(id) {
                text += stream.skip(spelling)
            }
            return
        }
        if let plainBytes {
            stream.push(bytes: plainBytes.bytes(Int(id)), into: &text)
        } else if let spelling = spelling(id) {
            text += stream.push(spelling)
        }
    }
}
