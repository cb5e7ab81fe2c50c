public import MartletTokenizers

/// What a pooling model is asked about.
public enum PoolingInput: Sendable, Hashable {
    /// A text.
    case text(String)
    /// Two texts that are seen together.
    case pair(String, String)
    /// Token ids, special tokens included.
    case tokenIDs([Int32])
}

/// How inputs become tokens and what becomes of the vectors.
public struct PoolingOptions: Sendable, Hashable {
    /// Puts the tokenizer's special tokens around texts.
    public var addSpecialTokens = true
    /// Keeps so many tokens of an input; -1: as many as the model takes; nil: what is too long is refused.
    public var truncatePromptTokens: Int?
    /// Which end gives way.
    public var truncationSide = Tokenizer.TruncationSide.right
    /// Embeddings: keeps so many leading columns.
    public var dimensions: Int?
    /// Embeddings: length one; scores: probabilities. nil: as the model's files say.
    public var useActivation: Bool?
    /// Embeddings: the prompt of the model's files to put before texts; nil: their default one, if any.
    public var promptName: String?

    /// As the model's files say.
    public init() {}
}

/// Vectors or scores, and what they cost.
public struct PoolingResult: Sendable, Hashable {
    /// One per input.
    public var vectors: [[Float]]
    /// Tokens of all inputs.
    public var numPromptTokens: Int

    /// A result.
    public init(vectors: [[Float]], numPromptTokens: Int) {
        self.vectors = vectors
        self.numPromptTokens = numPromptTokens
    }
}
