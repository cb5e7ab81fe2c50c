import Synchronization

/// What waits in a mailbox for its reader.
protocol PendingEvents: Sendable {
    associatedtype Event: Sendable

    /// In the order in which they are read.
    var events: [Event] { get set }

    /// Whether the last event has come.
    var isComplete: Bool { get }

    /// Adds an event, or merges it with one that nobody has read.
    mutating func add(_ event: Event)
}

/// Hands events to their reader; one that is slow costs memory for what waits and nothing else.
final class EventMailbox<Pending: PendingEvents>: Sendable {
    private struct State {
        var pending: Pending
        var failure: LLMError?
        var isFinished = false
        var isCancelled = false
        /// Usually one; several readers share the events out.
        var waiters: [CheckedContinuation<Void, Never>] = []
        var onCancel: (@Sendable () -> Void)?

        /// No more comes.
        var hasEnded: Bool { isFinished || pending.isComplete }

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [] }
            return waiters
        }
    }

    private let state: Mutex<State>

    init(_ pending: Pending) { state = Mutex(State(pending: pending)) }

    /// Sets what is called once when the reader loses interest before the end; at once if it has already.
    func onCancel(_ action: @escaping @Sendable () -> Void) {
        let isCancelled = state.withLock { state in
            if !state.isCancelled, !state.hasEnded { state.onCancel = action }
            return state.isCancelled
        }
        if isCancelled { action() }
    }

    /// Delivers an event.
    func post(_ event: Pending.Event) {
        // What is called on cancellation may hold the last reference to the sender: it is released outside the lock.
        let (waiters, _) = state.withLock { state -> ([CheckedContinuation<Void, Never>], (@Sendable () -> Void)?) in
            guard !state.isCancelled, !state.hasEnded else { return ([], nil) }
            state.pending.add(event)
            return (state.takeWaiters(), state.hasEnded ? state.onCancel.take() : nil)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends the stream, with an error if there is one, once what was posted has been read.
    func finish(_ failure: LLMError? = nil) {
        let (waiters, _) = state.withLock { state in
            if !state.hasEnded { state.failure = failure }
            state.isFinished = true
            return (state.takeWaiters(), state.onCancel.take())
        }
        for waiter in waiters { waiter.resume() }
    }

    private func cancel() {
        let (waiters, onCancel) = state.withLock { state in
            let wasRunning = !state.isCancelled && !state.hasEnded
            state.isCancelled = true
            state.pending.events = []
            return (state.takeWaiters(), wasRunning ? state.onCancel.take() : nil)
        }
        onCancel?()
        for waiter in waiters { waiter.resume() }
    }

    private enum Poll {
        case event(Pending.Event)
        case end
        case failure(LLMError)
        case wait
    }

    private func poll() -> Poll {
        state.withLock { state in
            if state.isCancelled { return .end }
            if !state.pending.events.isEmpty { return .event(state.pending.events.removeFirst()) }
            if let failure = state.failure { return .failure(failure) }
            return state.hasEnded ? .end : .wait
        }
    }

    /// Suspends until there may be something to read.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    let hasNews = !state.pending.events.isEmpty || state.hasEnded || state.isCancelled
                    if !hasNews { state.waiters.append(continuation) }
                    return hasNews
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The reader's end: cancels the sender when the last copy of the stream is gone.
    final class Reader: Sendable {
        private let mailbox: EventMailbox

        init(_ mailbox: EventMailbox) { self.mailbox = mailbox }

        deinit { mailbox.cancel() }

        func cancel() { mailbox.cancel() }

        func next() async throws(LLMError) -> Pending.Event? {
            while true {
                if Task.isCancelled { mailbox.cancel() }
                switch mailbox.poll() {
                case .event(let event): return event
                case .end: return nil
                case .failure(let error): throw error
                case .wait: await mailbox.wait()
                }
            }
        }
    }
}
