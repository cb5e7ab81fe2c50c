import MartletModelIR

extension Scheduler {
    /// Takes the results of the scheduled step in: new tokens, filled blocks, finished requests.
    ///
    /// `sampled` has one result per logit row of `output`.
    mutating func update(_ sampled: [SampledRow], now: ContinuousClock.Instant, into outputs: inout [RequestOutput]) {
        // The rows share the penalty state; without them it changes in place.
        output.sampling.rows.removeAll(keepingCapacity: true)
        output.stateCopies.removeAll(keepingCapacity: true)
        var row = 0
        var anyStopped = false
        for (request, step) in zip(scheduled, output.requests) {
            request.numComputedTokens += step.numScheduledTokens
            cache.advance(
                &request.table, toComputed: request.numComputedTokens, of: request.tokenIDs, salt: request.cacheSalt)
            if cache.checkpoints != nil { saveState(request) }
            let samples = request.numComputedTokens == request.tokenIDs.count
            let numPromptRows = step.numLogitRows - (samples ? 1 : 0)
            if numPromptRows > 0 { collectPromptLogprobs(request, sampled[row..<row + numPromptRows]) }
            if samples {
                outputs.append(accept(sampled[row + numPromptRows], for: request, now: now))
                anyStopped = anyStopped || !request.isRunning
            }
            row += step.numLogitRows
        }
        if anyStopped { running.removeAll { !$0.isRunning } }
        if let stepStart {
            pace.record(
                numTokens: output.tokenIDs.count, isDecode: output.tokenIDs.count == output.requests.count,
                duration: now - stepStart)
        }
        finishStep(now: now)
    }

    /// Ends the requests of the scheduled step, whose results are lost.
    mutating func failStep(_ message: String, now: ContinuousClock.Instant, into outputs: inout [RequestOutput]) {
        output.stateCopies.removeAll(keepingCapacity: true)
        for request in scheduled {
            var output = finish(request, .error, now: now)
            output.errorMessage = message
            outputs.append(output)
        }
        running.removeAll { !$0.isRunning }
        finishStep(now: now)
    }

    private mutating func finishStep(now: ContinuousClock.Instant) {
        statistics.numSteps += 1
        statistics.stepTokens.record(output.tokenIDs.count)
        statistics.lastStep = now
        publishCounts()
    }

    /// Begins a request again with the long rotary variant once it has too many tokens for the usual one.
    ///
    /// It goes back to its place among the waiting, which is before all others that are to come.
    private mutating func lengthen(_ request: Request) {
        guard let length = configuration.longRotaryLength, request.tokenIDs.count > length,
            !request.cacheSalt.usesLongRotary
        else { return }
        request.cacheSalt.usesLongRotary = true
        stop(request)
        waiting.insert(request)
    }

    private func collectPromptLogprobs(_ request: Request, _ rows: ArraySlice<SampledRow>) {
        for row in rows { request.promptLogprobs?.append(TokenLogprobs(row)) }
    }

    private mutating func accept(
        _ result: SampledRow, for request: Request, now: ContinuousClock.Instant
    ) -> RequestOutput {
        if let refusal = request.refusal(of: result.tokenID) {
            var output = finish(request, .error, now: now)
            output.errorMessage = refusal
            output.isRequestError = true
            return output
        }
        let reason = request.append(result.tokenID)
        statistics.generationTokens += 1
        if request.statistics.firstToken == nil {
            request.statistics.firstToken = now
            statistics.promptTokens += request.numPromptTokens
        }
        var output: RequestOutput
        if let reason {
            output = finish(request, reason, now: now)
            if reason == .stop, !request.isEOS(result.tokenID) { output.stopTokenID = result.tokenID }
        } else {
            lengthen(request)
            output = RequestOutput(id: request.id)
            output.numCachedTokens = request.numCachedTokens
        }
        output.firstNewTokenID = result.tokenID
        if request.params.numLogprobs != nil { output.logprobs = [TokenLogprobs(result)] }
        if let promptLogprobs = request.promptLogprobs {
            output.promptLogprobs = promptLogprobs
            request.promptLogprobs = nil
        }
        return output
    }
}

extension TokenLogprobs {
    fileprivate init(_ row: SampledRow) {
        self.init(
            chosen: TokenLogprob(tokenID: row.tokenID, logprob: row.logprob, rank: row.rank), top: row.topLogprobs)
    }
}
