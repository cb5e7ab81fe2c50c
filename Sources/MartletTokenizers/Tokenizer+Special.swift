extension Tokenizer {
    /// The ids of the special tokens whose text meets a condition.
    public func specialTokenIDs(where isWanted: (String) -> Bool) -> Set<Int32> {
        Set(
            addedTokens.values.filter { $0.isSpecial && isWanted(String(decoding: $0.content, as: UTF8.self)) }
                .map(\.id))
    }
}
