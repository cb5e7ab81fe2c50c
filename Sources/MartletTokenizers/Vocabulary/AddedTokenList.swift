/// The added tokens of a tokenizer.json with the ids that they get: the model's where it has the token, else the next
/// free one in their order; the ids written in the file only say what they were meant to be.
///
/// **Source** tokenizers `AddedVocabulary::add_tokens`.
struct AddedTokenList {
    private let model: TokenizerModel
    private(set) var tokens: [AddedToken] = []
    private var indexOfContent: [[UInt8]: Int] = [:]

    /// A list for a model, empty.
    init(_ model: TokenizerModel) { self.model = model }

    /// The token of this content, if it was added.
    func token(_ content: [UInt8]) -> AddedToken? { indexOfContent[content].map { tokens[$0] } }

    /// Adds tokens whose ids do not matter; one that is there takes the new flags, but stays special if it was.
    mutating func add(_ batch: [AddedToken]) {
        var nextID = max(Int32(model.tokenCount), (tokens.map(\.id).max() ?? -1) + 1)
        for token in batch where !token.content.isEmpty {
            var token = token
            if let index = indexOfContent[token.content] {
                token.id = tokens[index].id
                token.isSpecial = token.isSpecial || tokens[index].isSpecial
                tokens[index] = token
                continue
            }
            if let id = model.id(spelling: token.content) {
                token.id = id
            } else {
                token.id = nextID
                nextID += 1
            }
            indexOfContent[token.content] = tokens.count
            tokens.append(token)
        }
    }
}
