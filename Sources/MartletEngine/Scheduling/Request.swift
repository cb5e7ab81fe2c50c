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
    /// What its encoder reads.
    let encoderInput: EncoderInput?
    /// Slot of what the encoder made of it while it runs.
    var crossSlot: Int32?
    var isRunning = false
    var isFinished = false
    /// Tokens found in the prefix cache when first scheduled.
    var numCachedTokens = 0
    /// Entries collected so far, the first nil; nil when none are wanted or all are delivered.
    var promptLogprobs: [TokenLogprobs?]?
    /// The id below which log-probabilities of the prompt are wanted.
    let promptLogprobLimit: Int32?
    /// The log-probability of the prompt that is wanted beside them.
    let probe: TokenProbe?
    /// Nil until the probed position was computed.
    var probeLogprob: Float?
    let wantsCrossWeights: Bool
    /// Those of the prompt tokens computed so far, chunk by chunk, until they are delivered.
    var crossWeights: [CrossWeights] = []
    var logitsProcessor: LogitsProcessor
    /// What the output may become; nil: anything.
    let constraint: OutputConstraint?
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
        promptLogprobLimit = request.promptLogprobLimit
        probe = request.probe
        wantsCrossWeights = request.wantsCrossWeights
        encoderInput = request.encoderInput
        constraint = OutputConstraint(request)
        statistics = RequestStatistics(arrival: arrival, numPromptTokens: numPromptTokens)
        samplingRow = SamplingRow()
        samplingRow.temperature = params.temperature
        samplingRow.topK = Int32(clamping: params.topK)
        samplingRow.topP = params.topP
        samplingRow.minP = params.minP
        samplingRow.numLogprobs = params.numLogprobs
        if case .rules(let rules) = constraint { samplingRow.preferredTokensFrom = rules.preferredTokensFrom }
        if let length = configuration.longRotaryLength { cacheSalt.usesLongRotary = numPromptTokens > length }
    }

    /// Tokens generated so far.
    var numOutputTokens: Int { tokenIDs.count - numPromptTokens }

    /// Prompt positions but the last whose logits are still wanted; position p tells about token p + 1.
    ///
    /// Those of prompt_logprobs, with the probed one among them, or that one alone.
    var wantedPromptPositions: Range<Int> {
        if let promptLogprobs { return promptLogprobs.count - 1..<numPromptTokens - 1 }
        guard let probe, probeLogprob == nil, probe.position < numPromptTokens - 1 else { return 0..<0 }
        return probe.position..<probe.position + 1
    }

    /// The token whose log-probability is still wanted at a position.
    private func probedTokenID(at position: Int) -> Int32? {
        guard let probe, probe.position == position, probeLogprob == nil else { return nil }
        return probe.tokenID
    }

    /// What is told about a wanted prompt position.
    func promptRow(at position: Int) -> SamplingRow {
        var row = SamplingRow()
        row.forcedTokenID = tokenIDs[position + 1]
        row.numLogprobs = params.numPromptLogprobs
        row.logprobLimit = promptLogprobLimit
        row.probedTokenID = probedTokenID(at: position)
        return row
    }

    /// How the next output token is drawn.
    func nextSamplingRow() -> SamplingRow {
        var row = samplingRow
        row.probedTokenID = probedTokenID(at: tokenIDs.count - 1)
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
        (!params.ignoreEOS || hasEndedGrammar) && params.eosTokenIDs.contains(tokenID)
    }

    private var hasEndedGrammar: Bool { if case .grammar(let state) = constraint { state.isTerminated } else { false } }

    /// Sets the bits of the tokens that may come next, and no others; for a request with a constraint.
    func fillMask(_ words: UnsafeMutableBufferPointer<UInt32>) {
        constraint?.fill(words, after: tokenIDs[numPromptTokens...])
    }

    /// Why the token that was sampled under the mask `words` cannot be used; nil where it can.
    func refusal(of tokenID: Int32, words: UnsafePointer<UInt32>?) -> String? {
        // Where no logit is finite the sampler names a token all the same.
        constraint?.accept(tokenID, isBanned: logitsProcessor.bans(tokenID), words: words)
    }
}
