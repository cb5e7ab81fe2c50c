import MartletModelIR

/// One request's state from admission to its last token; engine thread only.
final class Request {
    /// Where a request stands in the order of service: lower first.
    struct Rank: Comparable {
        let priority: Int
        let arrival: UInt64

        static func < (left: Rank, right: Rank) -> Bool {
            left.priority != right.priority ? left.priority < right.priority : left.arrival < right.arrival
        }
    }

    /// Output tokens the token array has room for from the start; longer outputs grow it now and then.
    private static let reservedOutputTokens = 4096

    let id: RequestID
    let rank: Rank
    let params: SamplingParams
    let numPromptTokens: Int
    /// The request ends when it has this many tokens.
    let maxTotalTokens: Int
    /// Seeds all draws of the request.
    let seed: UInt64

    /// Prompt and output: the known tokens.
    var tokenIDs: [Int32]
    /// Known tokens whose keys and values are in the cache; they chase `tokenIDs.count`.
    var numComputedTokens = 0
    var table: BlockTable
    /// What separates its prefixes from others of equal tokens.
    var cacheSalt: PrefixSalt
    /// Slot of its recurrent state while it runs.
    var stateSlot: Int32?
    /// Known tokens that others had too when it was admitted, of which its state is worth keeping.
    var numSharedTokens = 0
    /// Blocks before the last checkpoint of its output; 0 while there is none.
    var numCheckpointedBlocks = 0
    var isRunning = false
    var isFinished = false
    /// Tokens found in the prefix cache when first scheduled.
    var numCachedTokens = 0
    /// Entries collected so far, the first nil; nil when none are wanted or all are delivered.
    var promptLogprobs: [TokenLogprobs?]?
    var logitsProcessor: LogitsProcessor
    /// Where a constrained output stands.
    let grammar: GrammarState?
    var statistics: RequestStatistics
    private var samplingRow: SamplingRow

    init(_ request: EngineRequest, rank: Rank, configuration: EngineConfiguration, arrival: ContinuousClock.Instant) {
        let params = request.params
        id = request.id
        self.rank = rank
        self.params = params
        cacheSalt = PrefixSalt(tenant: request.cacheSalt)
        numPromptTokens = request.promptTokenIDs.count
        maxTotalTokens = request.maxTotalTokens(maxModelLen: configuration.maxModelLen)
        seed = params.seed ?? CounterRandom.seed(engineSeed: configuration.seed, requestID: request.id)
        tokenIDs = request.promptTokenIDs
        tokenIDs.reserveCapacity(min(maxTotalTokens, numPromptTokens + Self.reservedOutputTokens))
        table = BlockTable(
            numWindows: configuration.windows.count,
            capacity: (tokenIDs.capacity + configuration.blockSize - 1) / configuration.blockSize)
        if params.numPromptLogprobs != nil { promptLogprobs = [nil] }
        logitsProcessor = LogitsProcessor(params: params, promptTokenIDs: request.promptTokenIDs)
        grammar = request.constraint.map(GrammarState.init)
        statistics = RequestStatistics(arrival: arrival, numPromptTokens: numPromptTokens)
        samplingRow = SamplingRow()
        samplingRow.temperature = params.temperature
        samplingRow.topK = Int32(clamping: params.topK)
        samplingRow.topP = params.topP
        samplingRow.minP = params.minP
        samplingRow.numLogprobs = params.numLogprobs
        if let length = configuration.longRotaryLength { cacheSalt.usesLongRotary = numPromptTokens > length }
    }

    /// Tokens generated so far.
    var numOutputTokens: Int { tokenIDs.count - numPromptTokens }

    /// Prompt positions whose logits are still wanted for prompt_logprobs; position p tells about token p + 1.
    var wantedPromptPositions: Range<Int> {
        guard let promptLogprobs else { return 0..<0 }
        return promptLogprobs.count - 1..<numPromptTokens - 1
    }

    /// How the next output token is drawn.
    func nextSamplingRow() -> SamplingRow {
        var row = samplingRow
        row.edits = logitsProcessor.edits
        if row.temperature > 0 { row.randomBits = CounterRandom.bits(seed: seed, index: numOutputTokens) }
        return row
    }

    /// Appends a generated token and says whether it ends the request.
    func append(_ tokenID: Int32) -> FinishReason? {
        tokenIDs.append(tokenID)
        logitsProcessor.accept(tokenID)
        statistics.numGenerationTokens += 1
        if numOutputTokens >= params.minTokens, isEOS(tokenID) || params.stopTokenIDs.contains(tokenID) { return .stop }
        return tokenIDs.count >= maxTotalTokens ? .length : nil
    }

    /// True when the token is an end of sequence that ends the request.
    func isEOS(_ tokenID: Int32) -> Bool {
        // A grammar ends where it says so.
        (!params.ignoreEOS || grammar?.isTerminated == true) && params.eosTokenIDs.contains(tokenID)
    }

    /// Why the token that was sampled for a constrained output cannot be used; nil where it can.
    func refusal(of tokenID: Int32) -> String? {
        guard let grammar else { return nil }
        // Where no logit is finite the sampler names a token all the same.
        return grammar.accept(tokenID, isBanned: logitsProcessor.bans(tokenID))
    }
}
