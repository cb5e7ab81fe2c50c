/// What a request says about sampling; nil fields take the model's defaults.
public struct SamplingOverrides: Sendable, Hashable {
    /// In [0, 2]; below 1e-5 is greedy.
    public var temperature: Double?
    /// -1 and 0 keep all tokens.
    public var topK: Int?
    /// In (0, 1].
    public var topP: Double?
    /// In [0, 1].
    public var minP: Double?
    /// Above 0; 1 is neutral.
    public var repetitionPenalty: Double?
    /// In [-2, 2].
    public var presencePenalty: Double?
    /// In [-2, 2].
    public var frequencyPenalty: Double?
    /// Most tokens to generate, at least 1; nil: as many as fit.
    public var maxTokens: Int?
    /// No end before this many tokens.
    public var minTokens: Int?
    /// Equal seeds give equal outputs; -1 counts as absent.
    public var seed: Int?
    /// Added to logits, in [-100, 100].
    public var logitBias: [Int32: Float] = [:]
    /// Ids that end the output, beside the model's own.
    public var stopTokenIDs: [Int32] = []
    /// Goes on past the model's end-of-sequence ids.
    public var ignoreEOS = false

    /// No override at all.
    public init() {}

    /// Greedy decoding of at most `maxTokens`.
    public static func greedy(maxTokens: Int? = nil) -> SamplingOverrides {
        var overrides = SamplingOverrides()
        overrides.temperature = 0
        overrides.maxTokens = maxTokens
        return overrides
    }
}
