import Synchronization

/// Tells the work of one request that nobody waits for its answer any more.
final class RequestLifetime: Sendable {
    /// Why a request ends before its answer is complete.
    enum End: Sendable {
        /// The client closed the connection.
        case disconnected
        /// The server's drain time is over.
        case shutdown
    }

    private struct State {
        var end: End?
        var isOver = false
        var handlers: [@Sendable (End) -> Void] = []
    }

    private let state = Mutex(State())

    /// Why the request ended early; nil while somebody waits for the answer.
    var end: End? { state.withLock { $0.end } }

    /// Has `handler` called when the request ends early, at once if it has.
    func onEnd(_ handler: @escaping @Sendable (End) -> Void) {
        let end = state.withLock { state -> End? in
            if state.end == nil, !state.isOver { state.handlers.append(handler) }
            return state.end
        }
        if let end { handler(end) }
    }

    /// Forgets the handlers: the answer is complete.
    ///
    /// Handlers hold tasks and tasks hold results that may hold this object; without this they would never be freed.
    func retire() {
        let handlers = state.withLock { state in
            state.isOver = true
            defer { state.handlers = [] }
            return state.handlers
        }
        // Released outside the lock: the last reference may run code of its own.
        _ = handlers
    }

    /// Ends the request early; true if there was work to stop.
    @discardableResult
    func finish(_ end: End) -> Bool {
        let handlers = state.withLock { state -> [@Sendable (End) -> Void] in
            guard state.end == nil else { return [] }
            state.end = end
            defer { state.handlers = [] }
            return state.handlers
        }
        for handler in handlers { handler(end) }
        return !handlers.isEmpty
    }

    /// Runs `operation` in a task that is cancelled when the request ends early.
    func cancelling<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await operation() }
        onEnd { _ in task.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
