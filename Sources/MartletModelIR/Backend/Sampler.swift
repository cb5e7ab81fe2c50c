/// Turns rows of logits into token ids. Lives on the engine thread.
public protocol Sampler: AnyObject {
    /// Samples row i of `logits` as `batch.rows[i]` says and writes `batch.results[i]`.
    ///
    /// Per row: the probed token's log-probability comes from the logits as they are; tokens outside the row's mask get
    /// minus infinity, and tokens before `preferredTokensFrom` if those from there on prevail; log-probabilities come
    /// from these logits (vLLM's `raw_logprobs`); then `edits`; temperature; min_p; top_k; top_p; the draw. A row's result depends on that row
    /// alone.
    func sample(_ logits: LogitsView, _ batch: SamplingBatch)
}

/// The rows of one sampling call and their results, reused from step to step.
public final class SamplingBatch {
    /// One entry per row of logits.
    public var rows: [SamplingRow] = []
    /// One entry per row, written by the sampler.
    public var results: [SampledRow] = []
    /// What rows may become; nil: no row is constrained.
    public var masks: (any TokenMasks)?

    /// An empty batch.
    public init() {}
}

/// The tokens that rows of a sampling call may become, which may still be worked out while the logits are computed.
public protocol TokenMasks: AnyObject {
    /// Returns when the masks of all rows are there, which they then are until the next call is prepared.
    func wait()

    /// One bit per token id, set where the token is allowed: 32 ids a word, the lowest bit first. nil: every token is.
    ///
    /// Only after `wait`; may be called from several threads.
    func words(ofRow row: Int) -> UnsafePointer<UInt32>?
}

/// How one row is sampled.
public struct SamplingRow: Sendable {
    /// 0 is greedy: the lowest id among the largest logits after edits.
    public var temperature: Float = 0
    /// Keep the k largest; 0 keeps all.
    public var topK: Int32 = 0
    /// Keep the smallest set whose probability reaches this.
    public var topP: Float = 1
    /// Keep tokens at least this probable relative to the most probable one.
    public var minP: Float = 0
    /// Uniform random bits for this draw; equal bits and logits give equal tokens.
    public var randomBits: UInt64 = 0
    /// Sparse changes of the logits, at most one per token id.
    public var edits: [LogitEdit] = []
    /// Alternatives to report beside the chosen token; nil reports no log-probabilities at all.
    public var numLogprobs: Int?
    /// Not nil: nothing is drawn, the result is this token with its log-probability (prompt_logprobs).
    public var forcedTokenID: Int32?
    /// Log-probabilities, ranks and alternatives are those among the ids below this only; nil: among all.
    public var logprobLimit: Int32?
    /// Where the summed probability of the ids from here on is larger than that of every single id before, those before
    /// get minus infinity.
    public var preferredTokensFrom: Int32?
    /// The token whose `SampledRow.probeLogprob` is wanted.
    public var probedTokenID: Int32?

    /// A greedy row.
    public init() {}
}

/// A change of one logit: add `bias`, divide or multiply by `repetitionPenalty`, subtract `penalty`, in this order.
public struct LogitEdit: Sendable, Hashable {
    /// Which logit.
    public var tokenID: Int32
    /// logit_bias; minus infinity bans the token.
    public var bias: Float
    /// Positive logits are divided by it, negative ones multiplied; 1 is neutral.
    public var repetitionPenalty: Float
    /// Presence penalty plus frequency penalty times count.
    public var penalty: Float

    /// A change of the logit of `tokenID`.
    public init(tokenID: Int32, bias: Float = 0, repetitionPenalty: Float = 1, penalty: Float = 0) {
        self.tokenID = tokenID
        self.bias = bias
        self.repetitionPenalty = repetitionPenalty
        self.penalty = penalty
    }
}

/// What came of one row.
public struct SampledRow: Sendable {
    /// The token.
    public var tokenID: Int32 = 0
    /// Its natural log-probability under the raw logits, when asked for.
    public var logprob: Float = 0
    /// 1 plus the number of tokens with a larger raw logit, when asked for.
    public var rank: Int32 = 0
    /// Natural log-probability of the probed token before masks and everything else, when asked for.
    public var probeLogprob: Float = 0
    /// The most probable tokens, best first, ties by id, when asked for.
    public var topLogprobs: [TokenLogprob] = []

    /// An empty result.
    public init() {}
}

/// A token and its natural log-probability.
public struct TokenLogprob: Sendable, Hashable {
    /// Vocabulary index.
    public var tokenID: Int32
    /// Natural logarithm of the probability.
    public var logprob: Float
    /// Rank among all tokens, from 1.
    public var rank: Int32

    /// A token with its log-probability and rank.
    public init(tokenID: Int32, logprob: Float, rank: Int32) {
        self.tokenID = tokenID
        self.logprob = logprob
        self.rank = rank
    }
}
