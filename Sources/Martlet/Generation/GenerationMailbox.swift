import Synchronization

/// Hands one request's events from the output processor to its reader.
///
/// Holds at most one event per output: what the reader has not fetched yet is merged, so that a slow reader costs
/// memory for its text and nothing else.
final class GenerationMailbox: Sendable {
    private struct State {
        var pending: [GenerationEvent] = []
        var outputsLeft: Int
        var failure: LLMError?
        var isCancelled = false
        /// Usually one; several readers share the events out.
        var waiters: [CheckedContinuation<Void, Never>] = []

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [] }
            return waiters
        }
    }

    private let state: Mutex<State>
    private let onCancel: @Sendable () -> Void

    /// A mailbox for `numOutputs` outputs; `onCancel` is called once when the reader loses interest before the end.
    init(numOutputs: Int, onCancel: @escaping @Sendable () -> Void) {
        state = Mutex(State(outputsLeft: numOutputs))
        self.onCancel = onCancel
    }

    /// Delivers news; an event with a finish reason is the last of its output.
    func post(_ event: GenerationEvent) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.isCancelled else { return [] }
            if let position = state.pending.firstIndex(where: { $0.index == event.index }) {
                state.pending[position].merge(event)
            } else {
                state.pending.append(event)
            }
            if event.finishReason != nil { state.outputsLeft -= 1 }
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends the stream with an error once what was posted has been read.
    func fail(_ error: LLMError) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.failure = state.failure ?? error
            state.outputsLeft = 0
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    fileprivate func cancel() {
        let (waiters, wasRunning) = state.withLock { state in
            let wasRunning = !state.isCancelled && state.outputsLeft > 0
            state.isCancelled = true
            state.pending = []
            return (state.takeWaiters(), wasRunning)
        }
        if wasRunning { onCancel() }
        for waiter in waiters { waiter.resume() }
    }

    private enum Poll {
        case event(GenerationEvent)
        case end
        case failure(LLMError)
        case wait
    }

    private func poll() -> Poll {
        state.withLock { state in
            if state.isCancelled { return .end }
            if !state.pending.isEmpty { return .event(state.pending.removeFirst()) }
            if let failure = state.failure { return .failure(failure) }
            return state.outputsLeft == 0 ? .end : .wait
        }
    }

    /// Suspends until there may be something to read.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    let hasNews = !state.pending.isEmpty || state.outputsLeft == 0 || state.isCancelled
                    if !hasNews { state.waiters.append(continuation) }
                    return hasNews
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The reader's end: cancels the request when the last copy of the stream is gone.
    final class Reader: Sendable {
        private let mailbox: GenerationMailbox

        init(_ mailbox: GenerationMailbox) { self.mailbox = mailbox }

        deinit { mailbox.cancel() }

        func cancel() { mailbox.cancel() }

        func next() async throws(LLMError) -> GenerationEvent? {
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
