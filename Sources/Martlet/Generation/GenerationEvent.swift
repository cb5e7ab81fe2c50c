public import MartletEngine

/// News about one of a request's outputs; what a slow reader missed comes merged in one event.
public struct GenerationEvent: Sendable {
    /// What ended an output whose finish reason is `stop`; nil for an end-of-sequence id.
    public enum StopReason: Sendable, Hashable {
        /// One of the request's stop strings.
        case string(String)
        /// One of the request's stop token ids.
        case tokenID(Int32)
    }

    /// Which output, from 0 to n - 1.
    public var index: Int
    /// New text; it never changes later and never contains a stop string.
    public var text = ""
    /// New token ids.
    public var tokenIDs: [Int32] = []
    /// One entry per new token id when asked for.
    public var logprobs: [TokenLogprobs] = []
    /// Where each new token's text starts in the output, in Unicode scalars; one per entry of `logprobs`.
    public var textOffsets: [Int] = []
    /// Set on the last event of this output.
    public var finishReason: FinishReason?
    /// What ended it.
    public var stopReason: StopReason?
    /// The prompt's ids, on the first event of output 0.
    public var promptTokenIDs: [Int32]?
    /// On the first event of output 0 when asked for: one entry per prompt token, nil for the first.
    public var promptLogprobs: [TokenLogprobs?]?
    /// Tokens of the prompt.
    public var numPromptTokens = 0
    /// Prompt tokens found in the prefix cache.
    public var numCachedTokens = 0
    /// Times and counts, on the last event of this output.
    public var statistics: RequestStatistics?
    /// With the first token of a request that asks for it.
    var probeLogprob: Float?
    /// With the first token of a request that asks for them.
    var crossWeights: CrossWeights?

    /// An event without news.
    public init(index: Int) { self.index = index }

    /// Appends the news of a later event of the same output.
    mutating func merge(_ later: GenerationEvent) {
        text += later.text
        tokenIDs += later.tokenIDs
        logprobs += later.logprobs
        textOffsets += later.textOffsets
        finishReason = later.finishReason ?? finishReason
        stopReason = later.stopReason ?? stopReason
        promptTokenIDs = promptTokenIDs ?? later.promptTokenIDs
        promptLogprobs = promptLogprobs ?? later.promptLogprobs
        numPromptTokens = later.numPromptTokens
        numCachedTokens = max(numCachedTokens, later.numCachedTokens)
        statistics = later.statistics ?? statistics
        probeLogprob = probeLogprob ?? later.probeLogprob
        crossWeights = crossWeights ?? later.crossWeights
    }
}
