import Synchronization

/// Knows whether one connection's client is still there and which request it waits for.
final class ConnectionMonitor: Sendable {
    private struct State {
        var isClosed = false
        var current: RequestLifetime?
    }

    private let state = Mutex(State())

    /// Makes `lifetime` the request being answered; nil when there is none.
    func setCurrent(_ lifetime: RequestLifetime?) {
        let isClosed = state.withLock { state in
            state.current = lifetime
            return state.isClosed
        }
        if isClosed { lifetime?.finish(.disconnected) }
    }

    /// Records that the client has gone; true if that stopped any work.
    @discardableResult
    func clientClosed() -> Bool {
        let lifetime = state.withLock { state in
            state.isClosed = true
            return state.current
        }
        return lifetime?.finish(.disconnected) ?? false
    }
}
