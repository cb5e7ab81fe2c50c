import Synchronization

/// Turns token ids into pooled hidden states for many requests at once, on its own thread.
///
/// A step takes whole sequences of any requests in order of arrival. Between two steps the thread runs the calls that
/// have come in; what a sequence gives does not depend on its company.
public actor PoolingEngine {
    private nonisolated let thread = EngineThread()
    private nonisolated let snapshot = Mutex(EngineStatistics())
    private let configuration: PoolingConfiguration
    private let runner: SequenceRunner
    private var queue = PoolingQueue()
    private var statistics = EngineStatistics()
    private var isAccepting = true
    private var lastID: UInt64 = 0
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    /// The engine thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Columns of a pooled vector of one kind.
    public nonisolated let width: Int

    /// An engine that runs until `shutDown` or until nobody refers to it.
    public init(configuration: PoolingConfiguration, runner: sending SequenceRunner) {
        self.configuration = configuration
        width = runner.width
        self.runner = runner
        thread.start { [weak self] in self?.assumeIsolated { $0.step() } ?? false }
    }

    deinit { thread.stop() }

    /// Counters and gauges as of the last step or call; never waits for the engine thread.
    public nonisolated var currentStatistics: EngineStatistics { snapshot.withLock { $0 } }

    /// The pooled vectors of some sequences, in their order.
    ///
    /// Cancelling the task takes back what has not begun. **Throws** `invalidRequest` when a sequence can never be
    /// served, `queueFull`, `shutDown`, also after cancelling, or `backend`.
    public func pool(_ requests: [PoolingRequest]) async throws(EngineError) -> [[Float]] {
        guard isAccepting else { throw .shutDown }
        for request in requests { try validate(request) }
        if let limit = configuration.maxNumQueuedRequests, queue.count > 0, queue.count + requests.count > limit {
            throw .queueFull(limit: limit)
        }
        guard !requests.isEmpty else { return [] }
        lastID += 1
        let id = lastID
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.append(PoolingJob(id: id, requests: requests, continuation: continuation))
                publish(running: 0)
            }
        } onCancel: {
            Task { await self.cancel(id) }
        }
        return try result.get()
    }

    /// Refuses new requests and returns when those taken in are finished.
    public func drain() async {
        isAccepting = false
        guard queue.count > 0 else { return }
        await withCheckedContinuation { idleWaiters.append($0) }
    }

    /// Ends all requests with `shutDown` and stops the thread.
    public func shutDown() async {
        isAccepting = false
        for job in queue.remove(where: { _ in true }) { job.fail(.shutDown) }
        becomeIdle()
        thread.stop()
    }

    private func cancel(_ id: UInt64) {
        for job in queue.remove(where: { $0.id == id }) { job.fail(.shutDown) }
        publish(running: 0)
    }

    private func validate(_ request: PoolingRequest) throws(EngineError) {
        let count = request.tokenIDs.count
        guard count > 0 else { throw .invalidRequest(field: "input", reason: "has no tokens") }
        guard count <= configuration.maxModelLen else {
            throw .invalidRequest(
                field: "input",
                reason: "has \(count) tokens, but the maximum context length is \(configuration.maxModelLen)")
        }
        guard request.tokenTypes.isEmpty || request.tokenTypes.count == count else {
            throw .invalidRequest(field: "token_type_ids", reason: "must be as many as tokens")
        }
        if let outside = request.tokenIDs.first(where: { $0 < 0 || Int($0) >= runner.vocabSize }) {
            throw .invalidRequest(
                field: "input", reason: "token id \(outside) is outside the vocabulary of \(runner.vocabSize) tokens")
        }
    }

    /// One turn of the thread: a step if there is work. Says whether there is more.
    private func step() -> Bool {
        let entries = queue.next(
            maxTokens: configuration.maxNumBatchedTokens, maxSequences: configuration.maxNumSeqs
        ).filter { !$0.job.isOver }
        guard !entries.isEmpty else {
            if queue.count == 0 { becomeIdle() }
            return queue.count > 0
        }
        let requests = entries.map(\.request)
        statistics.lastStep = ContinuousClock.now
        publish(running: requests.count)
        var poolers = requests.map { SequencePooler($0.poolings) }
        do throws(EngineError) {
            try runner.run(requests) { index, position, row in poolers[index].add(row, position: position) }
            for (entry, pooler) in zip(entries, poolers) { entry.job.finish(entry.index, pooler.vector) }
        } catch {
            for entry in entries { entry.job.fail(error) }
        }
        let numTokens = requests.reduce(0) { $0 + $1.tokenIDs.count }
        statistics.numSteps += 1
        statistics.promptTokens += numTokens
        statistics.stepTokens.record(numTokens)
        statistics.lastStep = ContinuousClock.now
        publish(running: 0)
        if queue.count == 0 { becomeIdle() }
        return queue.count > 0
    }

    private func becomeIdle() {
        for waiter in idleWaiters { waiter.resume() }
        idleWaiters.removeAll()
    }

    private func publish(running: Int) {
        statistics.numRunning = running
        statistics.numWaiting = queue.count
        let statistics = statistics
        snapshot.withLock { $0 = statistics }
    }
}
