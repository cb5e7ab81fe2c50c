/// How one request's tokens are chosen and when it ends; token-level only, names as vLLM's `SamplingParams`.
public struct SamplingParams: Sendable, Hashable {
    /// 0 is greedy.
    public var temperature: Float = 1
    /// Keep the k most probable tokens; 0 keeps all.
    public var topK: Int = 0
    /// Nucleus, in (0, 1].
    public var topP: Float = 1
    /// In [0, 1].
    public var minP: Float = 0
    /// Over prompt and output; 1 is neutral.
    public var repetitionPenalty: Float = 1
    /// Over the output.
    public var presencePenalty: Float = 0
    /// Over the output.
    public var frequencyPenalty: Float = 0
    /// Added to the logits of these token ids.
    public var logitBias: [Int32: Float] = [:]
    /// Equal seeds give equal tokens; nil draws one at admission.
    public var seed: UInt64?
    /// Most tokens to generate.
    public var maxTokens: Int = 16
    /// No stop token and no end of sequence before this many.
    public var minTokens: Int = 0
    /// Ids that end the request; the stop token is part of the output ids.
    public var stopTokenIDs: [Int32] = []
    /// The model's own end-of-sequence ids.
    public var eosTokenIDs: [Int32] = []
    /// Goes on past `eosTokenIDs`.
    public var ignoreEOS = false
    /// Alternatives to report per generated token; nil reports none.
    public var numLogprobs: Int?
    /// Alternatives to report per prompt token; nil reports none.
    public var numPromptLogprobs: Int?

    /// Parameters with the defaults of the OpenAI API, greedy off.
    public init() {}
}
