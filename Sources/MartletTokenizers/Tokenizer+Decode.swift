extension Tokenizer {
    /// The text of `ids`; bytes that are no UTF-8 become U+FFFD, ids without token nothing.
    public func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool) -> String {
        var bytes: [UInt8] = []
        for id in ids where !(skipSpecialTokens && isSpecial(id)) {
            bytes.append(contentsOf: vocabulary.bytes(Int(id)))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
