public import MartletModelIR

/// One request's part of a step.
public struct ScheduledRequest: Sendable, Hashable {
    /// The request.
    public var id: RequestID
    /// Tokens in the cache before the step; the first scheduled token stands at this position.
    public var numComputedTokens: Int
    /// Tokens this step computes.
    public var numScheduledTokens: Int
    /// Blocks of its table.
    public var numBlocks: Int
    /// Rows of logits it wants: prompt rows first, then the one that is sampled.
    public var numLogitRows: Int
}

/// What one step computes, filled in place by the scheduler and valid until it schedules the next one.
public final class SchedulerOutput {
    /// The requests in the order of their tokens.
    public internal(set) var requests: [ScheduledRequest] = []
    /// `[numTokens]` the scheduled tokens of all requests.
    public internal(set) var tokenIDs: [Int32] = []
    /// The block tables of all requests, one behind the other, `ScheduledRequest.numBlocks` long each.
    public internal(set) var blockNumbers: [Int32] = []
    /// `[numLogitRows]` indices into `tokenIDs`, ascending.
    public internal(set) var logitRows: [Int32] = []
    /// One row per logit row; the runner's sampler may write the results here.
    public let sampling = SamplingBatch()

    /// An empty step with room for the largest one.
    init(configuration: EngineConfiguration) {
        requests.reserveCapacity(configuration.maxNumSeqs)
        tokenIDs.reserveCapacity(configuration.maxNumBatchedTokens)
        blockNumbers.reserveCapacity(configuration.maxNumSeqs * configuration.maxBlocksPerRequest)
        logitRows.reserveCapacity(configuration.maxLogitRows)
        sampling.rows.reserveCapacity(configuration.maxLogitRows)
        sampling.results.reserveCapacity(configuration.maxLogitRows)
    }

    /// Forgets the step and keeps the memory.
    func removeAll() {
        requests.removeAll(keepingCapacity: true)
        tokenIDs.removeAll(keepingCapacity: true)
        blockNumbers.removeAll(keepingCapacity: true)
        logitRows.removeAll(keepingCapacity: true)
        sampling.rows.removeAll(keepingCapacity: true)
    }
}
