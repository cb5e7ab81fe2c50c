import MartletModelIR

extension Scheduler {
    /// What is left of a step while it is filled.
    private struct Budget {
        var tokens: Int
        var logitRows: Int
        var encoderInputs: Int
    }

    /// Fills `output` with the next step; false when there is nothing to do.
    ///
    /// Costs time in proportion to the requests and tokens of the step; allocates nothing.
    mutating func schedule(now: ContinuousClock.Instant) -> Bool {
        output.removeAll()
        scheduled.removeAll(keepingCapacity: true)
        stepStart = now
        let numDecoding = running.reduce(0) { $0 + ($1.tokenIDs.count - $1.numComputedTokens == 1 ? 1 : 0) }
        let numTokens = pace.numTokens(limit: configuration.maxNumBatchedTokens, numDecoding: numDecoding)
        // Every running request gets a token.
        var budget = Budget(
            tokens: max(numTokens, running.count), logitRows: configuration.maxLogitRows,
            encoderInputs: numEncoderInputs(numDecoding: numDecoding))
        let numPreemptions = statistics.numPreemptions
        scheduleRunning(&budget)
        // Whoever was preempted needs more blocks than are free now and comes before all who wait.
        if statistics.numPreemptions == numPreemptions { scheduleWaiting(&budget, now: now) }
        publishCounts()
        return !scheduled.isEmpty
    }

    private mutating func scheduleRunning(_ budget: inout Budget) {
        var index = 0
        while index < running.count {
            let request = running[index]
            let numTokens = chunk(of: request, budget, numOthers: running.count - index - 1)
            while !cache.extend(&request.table, toHold: request.numComputedTokens + numTokens) {
                preempt(running.removeLast())
                if !request.isRunning { return }
            }
            emit(request, numTokens, &budget)
            index += 1
        }
    }

    private mutating func scheduleWaiting(_ budget: inout Budget, now: ContinuousClock.Instant) {
        while budget.tokens > 0, budget.logitRows > 0, running.count < configuration.maxNumSeqs,
            let request = waiting.first
        {
            guard admit(request, &budget, now: now) else { return }
            let numTokens = chunk(of: request, budget, numOthers: 0)
            let isHeld = cache.extend(&request.table, toHold: request.numComputedTokens + numTokens)
            precondition(isHeld, "the cache admitted a request without the blocks of a step")
            emit(request, numTokens, &budget)
        }
    }

    /// How many tokens the request computes in this step, one being kept for every request after it.
    private func chunk(of request: Request, _ budget: Budget, numOthers: Int) -> Int {
        let first = request.numComputedTokens
        var numTokens = min(request.tokenIDs.count - first, budget.tokens - numOthers)
        let wanted = request.wantedPromptPositions
        let numRows = budget.logitRows - numOthers
        if wanted.count >= numRows {
            // Every wanted position takes a row, and so does the last token.
            numTokens = min(numTokens, wanted.lowerBound - first + numRows)
        }
        return cache.checkpoints == nil ? numTokens : checkpointedChunk(of: request, numTokens)
    }

    /// Gives a waiting request its blocks, all it needs for its known tokens, a cross slot where there is an encoder, and a
    /// place among the running.
    private mutating func admit(_ request: Request, _ budget: inout Budget, now: ContinuousClock.Instant) -> Bool {
        // Whoever waits for a slot keeps those after it waiting, as for blocks, or it might wait forever.
        guard hasCrossSlot(for: request, numEncoderInputs: budget.encoderInputs) else { return false }
        if let blocked, blocked.id == request.id, cache.numFree(pool: blocked.pool) <= blocked.numFree { return false }
        // Cached positions have no logits, so whoever wants them computes them.
        let readsPrefixCache = request.wantedPromptPositions.isEmpty
        let hit: PrefixHit
        switch cache.admit(
            request.tokenIDs, salt: request.cacheSalt, readsPrefixCache: readsPrefixCache, table: &request.table)
        {
        case .admitted(let found): hit = found
        case .tooFewBlocks(let pool):
            blocked = (request.id, pool, cache.numFree(pool: pool))
            return false
        }
        blocked = nil
        waiting.removeFirst()
        let numCached = hit.numTokens
        request.numComputedTokens = numCached
        request.isRunning = true
        takeStateSlot(request, hit)
        if takeCrossSlot(request) { budget.encoderInputs -= 1 }
        if request.statistics.firstScheduled == nil {
            request.statistics.firstScheduled = now
            request.numCachedTokens = numCached
            if readsPrefixCache, configuration.usesPrefixCache {
                statistics.prefixCacheQueries += request.tokenIDs.count
                statistics.prefixCacheHits += numCached
            }
        }
        let place = running.lastIndex { $0.rank < request.rank }.map { $0 + 1 } ?? 0
        running.insert(request, at: place)
        return true
    }

    /// Takes everything from a running request; it computes its tokens again when its turn comes.
    private mutating func preempt(_ request: Request) {
        stop(request)
        request.statistics.numPreemptions += 1
        statistics.numPreemptions += 1
        waiting.insert(request)
    }

    private mutating func emit(_ request: Request, _ numTokens: Int, _ budget: inout Budget) {
        let first = request.numComputedTokens
        let end = first + numTokens
        let firstTokenIndex = output.tokenIDs.count
        output.tokenIDs.append(contentsOf: request.tokenIDs[first..<end])
        let numBlocks = cache.numBlocks(for: end)
        if configuration.hasFullLayers { output.blockNumbers.append(contentsOf: request.table.blocks[..<numBlocks]) }
        for window in request.table.windows { output.blockNumbers.append(contentsOf: window.blocks[..<numBlocks]) }
        var numLogitRows = 0
        for position in request.wantedPromptPositions.clamped(to: first..<end) {
            output.logitRows.append(Int32(firstTokenIndex + position - first))
            output.sampling.rows.append(request.promptRow(at: position))
            numLogitRows += 1
        }
        if end == request.tokenIDs.count {
            output.logitRows.append(Int32(firstTokenIndex + numTokens - 1))
            if request.constraint != nil { output.constrainNextRow(of: request) }
            output.sampling.rows.append(request.nextSamplingRow())
            numLogitRows += 1
        }
        output.requests.append(
            ScheduledRequest(
                id: request.id, numComputedTokens: first, numScheduledTokens: numTokens,
                numBlocks: numBlocks, stateSlot: request.stateSlot ?? 0, crossSlot: request.crossSlot ?? 0,
                wantsCrossWeights: request.wantsCrossWeights && request.numOutputTokens == 0,
                usesLongRotary: request.cacheSalt.usesLongRotary, numLogitRows: numLogitRows))
        scheduled.append(request)
        budget.tokens -= numTokens
        budget.logitRows -= numLogitRows
    }
}
