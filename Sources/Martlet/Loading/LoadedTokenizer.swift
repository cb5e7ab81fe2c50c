import MartletTokenizers

/// A tokenizer, and what its file says about prompts.
struct LoadedTokenizer: Sendable {
    let tokenizer: Tokenizer
    /// How chats are encoded where there is no template; nil where the file does not say.
    var mistral: MistralPrompt?
}
