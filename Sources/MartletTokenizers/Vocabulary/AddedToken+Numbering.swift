extension AddedToken {
    /// The added tokens of tokenizer.json with the ids that they get: the model's where it has the token, else the
    /// next free one in the order of the file; the ids written there only say what they were meant to be.
    ///
    /// **Source** tokenizers `AddedVocabulary::add_tokens`.
    static func numbered(_ listed: [AddedToken], _ model: TokenizerModel) -> [AddedToken] {
        var tokens: [AddedToken] = []
        var indexOfContent: [[UInt8]: Int] = [:]
        var next = Int32(model.tokenCount)
        for var token in listed where !token.content.isEmpty {
            if let known = indexOfContent[token.content] {
                token.id = tokens[known].id
                tokens[known] = token
                continue
            }
            if let id = model.id(spelling: token.content) {
                token.id = id
            } else {
                token.id = next
                next += 1
            }
            indexOfContent[token.content] = tokens.count
            tokens.append(token)
        }
        return tokens
    }
}
