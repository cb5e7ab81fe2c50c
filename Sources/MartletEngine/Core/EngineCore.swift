import Synchronization

/// The engine: token ids in, token ids out, for many requests at once.
///
/// An actor on its own OS thread. Between two steps the thread runs the calls that have come in, so `add` and `abort`
/// wait for one step at most. It knows nothing of text.
public actor EngineCore {
    /// The version of the `ModelRunner` contract the engine speaks.
    public static let runnerContractVersion = 3

    private nonisolated let thread = EngineThread()
    private nonisolated let snapshot = Mutex(EngineStatistics())
    private let onStep: @Sendable ([RequestOutput]) -> Void
    private var loop: StepLoop
    private var isAccepting = true
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    /// The engine thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// An engine that runs until `shutDown` or until nobody refers to it.
    ///
    /// `configuration` must pass its own `validate`. `onStep` is called on the engine thread, at most once per step,
    /// with all outputs of the step; it must not block.
    public init(
        configuration: EngineConfiguration, runner: sending any ModelRunner,
        onStep: @escaping @Sendable ([RequestOutput]) -> Void
    ) {
        do { try configuration.validate() } catch { preconditionFailure("\(error)") }
        let version = type(of: runner).contractVersion
        precondition(version == Self.runnerContractVersion, "the runner speaks version \(version) of the contract")
        self.onStep = onStep
        loop = StepLoop(configuration: configuration, runner: runner)
        thread.start { [weak self] in self?.assumeIsolated { $0.step() } ?? false }
    }

    deinit { thread.stop() }

    /// Counters and gauges as of the last step or call; never waits for the engine thread.
    public nonisolated var statistics: EngineStatistics { snapshot.withLock { $0 } }

    /// Takes a request in; its outputs come through `onStep`.
    ///
    /// **Throws** `invalidRequest` when it can never be served, `queueFull`, or `shutDown`.
    public func add(_ request: EngineRequest) throws(EngineError) { try add([request]) }

    /// Takes requests in, all or none; throws as for a single one.
    public func add(_ requests: [EngineRequest]) throws(EngineError) {
        guard isAccepting else { throw .shutDown }
        try loop.add(requests)
        publishStatistics()
    }

    /// Ends requests; each gets a last output with `finishReason` abort. Ids that are not here are ignored.
    public func abort(_ ids: [RequestID]) {
        loop.abort(ids)
        publishStatistics()
    }

    /// Refuses new requests and returns when those taken in are finished.
    public func drain() async {
        isAccepting = false
        guard loop.hasWork else { return }
        await withCheckedContinuation { idleWaiters.append($0) }
    }

    /// Aborts all requests and stops the thread; calls after this throw `shutDown` or do nothing.
    public func shutDown() async {
        isAccepting = false
        loop.abort(loop.scheduler.requestIDs)
        _ = step()
        thread.stop()
    }

    /// Forgets all cached prefixes; false, with nothing changed, while requests use the cache.
    public func resetPrefixCache() -> Bool { loop.resetPrefixCache() }

    /// Stops the process when an invariant of the scheduler or of the cache is broken.
    public func checkIntegrity() {
        let violations = loop.scheduler.violations()
        precondition(violations.isEmpty, violations.joined(separator: "\n"))
    }

    /// One turn of the thread: a step if there is work. Says whether there is more.
    private func step() -> Bool {
        guard loop.hasWork else { return false }
        let outputs = loop.step { statistics in snapshot.withLock { $0 = copy statistics } }
        publishStatistics()
        if !outputs.isEmpty { onStep(outputs) }
        guard !loop.hasWork else { return true }
        #if DEBUG
            checkIntegrity()
        #endif
        for waiter in idleWaiters { waiter.resume() }
        idleWaiters.removeAll()
        return false
    }

    private func publishStatistics() {
        let statistics = loop.scheduler.statistics
        snapshot.withLock { $0 = statistics }
    }
}
