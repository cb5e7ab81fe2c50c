import MartletModelIR

extension Scheduler {
    /// Takes the results of the scheduled step in: new tokens, filled blocks, finished requests.
    ///
    /// `result` has one row per logit row of `output`, and cross weights for every request that wants them.
    mutating func update(
        _ result: ModelRunnerOutput, now: ContinuousClock.Instant, into outputs: inout [RequestOutput]
    ) {
        // The rows share the penalty state; without them it changes in place.
        output.sampling.rows.removeAll(keepingCapacity: true)
        output.stateCopies.removeAll(keepingCapacity: true)
        var row = 0
        var numCrossWeights = 0
        var anyStopped = false
        for (request, step) in zip(scheduled, output.requests) {
            request.numComputedTokens += step.numScheduledTokens
            cache.advance(
                &request.table, toComputed: request.numComputedTokens, of: request.tokenIDs, salt: request.cacheSalt)
            if cache.checkpoints != nil { saveState(request) }
            let samples = request.numComputedTokens == request.tokenIDs.count
            if request.numOutputTokens == 0 {
                collectProbe(request, step, result.sampled[row..<row + step.numLogitRows])
                if step.wantsCrossWeights {
                    request.crossWeights.append(result.crossWeights[numCrossWeights])
                    numCrossWeights += 1
                }
            }
            let numPromptRows = step.numLogitRows - (samples ? 1 : 0)
            if numPromptRows > 0, request.promptLogprobs != nil {
                collectPromptLogprobs(request, result.sampled[row..<row + numPromptRows])
            }
            if samples {
                outputs.append(accept(row: row + numPromptRows, of: result, for: request, now: now))
                anyStopped = anyStopped || !request.isRunning
            }
            row += step.numLogitRows
        }
        if anyStopped { running.removeAll { !$0.isRunning } }
        // What the encoder took says nothing about tokens.
        if let stepStart, output.encoderRuns.isEmpty {
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
        forgetEncoderRuns()
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

    /// Keeps the log-probability of the probed token if its position is among the step's.
    private func collectProbe(_ request: Request, _ step: ScheduledRequest, _ rows: ArraySlice<SampledRow>) {
        guard let probe = request.probe, request.probeLogprob == nil else { return }
        let computed = step.numComputedTokens..<request.numComputedTokens
        guard computed.contains(probe.position) else { return }
        // The last position's row is the one that is sampled.
        let wanted = request.wantedPromptPositions.clamped(to: computed)
        let place = wanted.contains(probe.position) ? probe.position - wanted.lowerBound : rows.count - 1
        request.probeLogprob = rows[rows.startIndex + place].probeLogprob
    }

    private mutating func accept(
        row: Int, of result: ModelRunnerOutput, for request: Request, now: ContinuousClock.Instant
    ) -> RequestOutput {
        let result = result.sampled[row]
        if let refusal = request.refusal(of: result.tokenID, words: output.masks.words(ofRow: row)) {
            var output = finish(request, .error, now: now)
            output.errorMessage = refusal
            output.isRequestError = true
            return output
        }
        // A request that ends with its first token has them taken from it.
        let crossWeights = request.crossWeights
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
        if request.numOutputTokens == 1 {
            output.probeLogprob = request.probeLogprob
            if request.wantsCrossWeights { output.crossWeights = CrossWeights(joining: crossWeights) }
            request.crossWeights = []
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
