/// The engine without its thread: the scheduler and the runner, one step after the other.
struct StepLoop {
    private(set) var scheduler: Scheduler
    private let runner: any ModelRunner
    private let now: () -> ContinuousClock.Instant
    /// Outputs of aborts since the last step.
    private var pending: [RequestOutput] = []

    /// A loop without requests.
    init(
        configuration: EngineConfiguration, runner: any ModelRunner,
        now: @escaping () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.runner = runner
        self.now = now
        scheduler = Scheduler(
            configuration: configuration, vocabSize: runner.vocabSize, encoderShape: runner.encoderShape)
    }

    /// True while a step would do something.
    var hasWork: Bool { scheduler.hasRequests || !pending.isEmpty }

    /// Takes requests in, all or none.
    mutating func add(_ requests: [EngineRequest]) throws(EngineError) { try scheduler.add(requests, now: now()) }

    /// Ends requests; their outputs come with the next step.
    mutating func abort(_ ids: [RequestID]) { scheduler.abort(ids, now: now(), into: &pending) }

    /// Forgets all cached prefixes; false while requests use the cache.
    mutating func resetPrefixCache() -> Bool { scheduler.cache.resetPrefixCache() }

    /// Schedules, runs and takes in one step; gives the outputs of the step and of the aborts before it.
    ///
    /// `onStart` is told when the scheduled step starts.
    mutating func step(onStart: (borrowing EngineStatistics) -> Void = { _ in }) -> [RequestOutput] {
        var outputs = pending
        pending = []
        guard scheduler.schedule(now: now()) else { return outputs }
        scheduler.statistics.lastStep = now()
        onStart(scheduler.statistics)
        outputs.reserveCapacity(outputs.count + scheduler.scheduled.count)
        scheduler.output.masks.start()
        do throws(EngineError) {
            let result = try run()
            guard result.sampled.count == scheduler.output.logitRows.count else {
                throw EngineError.backend(
                    "the runner gave \(result.sampled.count) results for \(scheduler.output.logitRows.count) rows")
            }
            try checkCrossWeights(result.crossWeights)
            scheduler.update(result, now: now(), into: &outputs)
        } catch {
            scheduler.failStep(error.description, now: now(), into: &outputs)
        }
        return outputs
    }

    private func checkCrossWeights(_ weights: [CrossWeights]) throws(EngineError) {
        var numGiven = 0
        for request in scheduler.output.requests where request.wantsCrossWeights {
            guard numGiven < weights.count, weights[numGiven].numTokens == request.numScheduledTokens else {
                throw .backend("the runner gave no cross weights for request \(request.id)")
            }
            numGiven += 1
        }
    }

    /// Computes and samples the scheduled step; the states of grammars are free again when it returns.
    private func run() throws(EngineError) -> ModelRunnerOutput {
        defer { scheduler.output.masks.wait() }
        try runner.submit(scheduler.output)
        return try runner.collect()
    }
}
