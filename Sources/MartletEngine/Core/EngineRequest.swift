public import MartletModelIR

/// Identifies a request in one engine, chosen by the caller, never reused.
public typealias RequestID = UInt64

/// One sequence to generate: token ids in, token ids out.
public struct EngineRequest: Sendable {
    /// Unique in the engine.
    public var id: RequestID
    /// At least one id.
    public var promptTokenIDs: [Int32]
    /// Sampling and stopping.
    public var params: SamplingParams
    /// Lower runs first under the priority policy.
    public var priority: Int
    /// Separates prefix caches: only requests of equal salt share blocks.
    public var cacheSalt: String?
    /// What the output must look like.
    public var constraint: GrammarConstraint?
    /// Which tokens may follow which; not together with `constraint`.
    public var tokenRules: (any TokenRules)?
    /// What the encoder reads, for models that have one.
    public var encoderInput: EncoderInput?
    /// Asks for `RequestOutput.probeLogprob`.
    public var probe: TokenProbe?
    /// Asks for `RequestOutput.crossWeights`.
    public var wantsCrossWeights = false
    /// Log-probabilities of the prompt, and their ranks and alternatives, are those among the ids below this only.
    public var promptLogprobLimit: Int32?

    /// A request for a continuation of `promptTokenIDs`.
    public init(
        id: RequestID, promptTokenIDs: [Int32], params: SamplingParams, priority: Int = 0, cacheSalt: String? = nil
    ) {
        self.id = id
        self.promptTokenIDs = promptTokenIDs
        self.params = params
        self.priority = priority
        self.cacheSalt = cacheSalt
    }
}

/// Why a request ended.
public enum FinishReason: String, Sendable, Hashable, CaseIterable {
    /// A stop token or end of sequence.
    case stop
    /// max_tokens or the context length.
    case length
    /// Aborted by its owner.
    case abort
    /// The backend failed, or the request left no token that may come next.
    case error
}

/// What one step brought for one request.
public struct RequestOutput: Sendable {
    /// The request.
    public var id: RequestID
    /// Ids generated in this step.
    ///
    /// One id, the usual case, is stored in place, so that the engine thread allocates nothing for it.
    public var newTokenIDs: [Int32] {
        get { firstNewTokenID.map { [$0] + moreNewTokenIDs } ?? [] }
        set {
            firstNewTokenID = newValue.first
            moreNewTokenIDs = Array(newValue.dropFirst())
        }
    }
    var firstNewTokenID: Int32?
    private var moreNewTokenIDs: [Int32] = []
    /// One entry per new id when asked for: the chosen token first, then the alternatives, best first.
    public var logprobs: [TokenLogprobs] = []
    /// Once, with the first output, when asked for: one entry per prompt token; the first is nil, as in vLLM.
    public var promptLogprobs: [TokenLogprobs?]?
    /// Once, with the first output, when asked for: the natural log-probability of `EngineRequest.probe` under the raw logits.
    public var probeLogprob: Float?
    /// Once, with the first output, when asked for: those of all prompt tokens.
    public var crossWeights: CrossWeights?
    /// Set on the last output.
    public var finishReason: FinishReason?
    /// The stop token that ended the request, unless it was an end of sequence.
    public var stopTokenID: Int32?
    /// Prompt tokens found in the prefix cache when the request was first scheduled.
    public var numCachedTokens = 0
    /// Set when the request is finished, and with `error` its message.
    public var statistics: RequestStatistics?
    /// What went wrong, when `finishReason` is `error`.
    public var errorMessage: String?
    /// The error lies in what the request asks for, not in the backend.
    public var isRequestError = false

    /// An empty output of a request.
    public init(id: RequestID) { self.id = id }
}

/// A token's log-probability and the alternatives asked for.
public struct TokenLogprobs: Sendable, Hashable {
    /// The token that was chosen or stood in the prompt.
    public var chosen: TokenLogprob
    /// The most probable tokens, best first.
    public var top: [TokenLogprob]

    /// A token with its alternatives.
    public init(chosen: TokenLogprob, top: [TokenLogprob]) {
        self.chosen = chosen
        self.top = top
    }
}

/// Times of one request, for the latency histograms.
public struct RequestStatistics: Sendable {
    /// When the engine took the request in.
    public var arrival: ContinuousClock.Instant
    /// When it was first scheduled.
    public var firstScheduled: ContinuousClock.Instant?
    /// When its first token was sampled.
    public var firstToken: ContinuousClock.Instant?
    /// When it ended.
    public var finished: ContinuousClock.Instant?
    /// Prompt tokens.
    public var numPromptTokens: Int
    /// Generated tokens.
    public var numGenerationTokens: Int
    /// Times it was preempted.
    public var numPreemptions: Int

    /// Statistics of a request that has just arrived.
    public init(arrival: ContinuousClock.Instant, numPromptTokens: Int) {
        self.arrival = arrival
        self.numPromptTokens = numPromptTokens
        numGenerationTokens = 0
        numPreemptions = 0
    }
}
