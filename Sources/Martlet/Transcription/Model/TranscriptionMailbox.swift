import Synchronization

/// Hands one transcription's events to its reader; one that is slow costs memory for its text and nothing else.
final class TranscriptionMailbox: Sendable {
    private struct State {
        var pending: [TranscriptionEvent] = []
        var failure: LLMError?
        /// No more comes.
        var hasEnded = false
        var isCancelled = false
        /// Usually one; several readers share the events out.
        var waiters: [CheckedContinuation<Void, Never>] = []
        var onCancel: (@Sendable () -> Void)?

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [] }
            return waiters
        }

        mutating func post(_ event: TranscriptionEvent) {
            // Progress that nobody looked at is out of date.
            if case .progress = event, case .progress = pending.last { pending.removeLast() }
            pending.append(event)
        }
    }

    private let state = Mutex(State())

    /// Sets what is called once when the reader loses interest before the end; at once if it has already.
    func onCancel(_ action: @escaping @Sendable () -> Void) {
        let isCancelled = state.withLock { state in
            if !state.isCancelled, !state.hasEnded { state.onCancel = action }
            return state.isCancelled
        }
        if isCancelled { action() }
    }

    /// Delivers an event.
    func post(_ event: TranscriptionEvent) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.isCancelled, !state.hasEnded else { return [] }
            state.post(event)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends the stream, with an error if there is one, once what was posted has been read.
    func finish(_ failure: LLMError? = nil) {
        let (waiters, _) = state.withLock { state in
            if !state.hasEnded { state.failure = failure }
            state.hasEnded = true
            // Released outside the lock: it may hold the last reference to the transcription.
            return (state.takeWaiters(), state.onCancel.take())
        }
        for waiter in waiters { waiter.resume() }
    }

    fileprivate func cancel() {
        let (waiters, onCancel) = state.withLock { state in
            let wasRunning = !state.isCancelled && !state.hasEnded
            state.isCancelled = true
            state.pending = []
            return (state.takeWaiters(), wasRunning ? state.onCancel.take() : nil)
        }
        onCancel?()
        for waiter in waiters { waiter.resume() }
    }

    private enum Poll {
        case event(TranscriptionEvent)
        case end
        case failure(LLMError)
        case wait
    }

    private func poll() -> Poll {
        state.withLock { state in
            if state.isCancelled { return .end }
            if !state.pending.isEmpty { return .event(state.pending.removeFirst()) }
            if let failure = state.failure { return .failure(failure) }
            return state.hasEnded ? .end : .wait
        }
    }

    /// Suspends until there may be something to read.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    let hasNews = !state.pending.isEmpty || state.hasEnded || state.isCancelled
                    if !hasNews { state.waiters.append(continuation) }
                    return hasNews
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The reader's end: cancels the transcription when the last copy of the stream is gone.
    final class Reader: Sendable {
        private let mailbox: TranscriptionMailbox

        init(_ mailbox: TranscriptionMailbox) { self.mailbox = mailbox }

        deinit { mailbox.cancel() }

        func cancel() { mailbox.cancel() }

        func next() async throws(LLMError) -> TranscriptionEvent? {
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
