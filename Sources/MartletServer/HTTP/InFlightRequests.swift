import Synchronization

/// The requests whose answers are not complete.
final class InFlightRequests: Sendable {
    private struct State {
        var nextID = 0
        var lifetimes: [Int: RequestLifetime] = [:]
        var isOver = false
    }

    private let state = Mutex(State())

    /// How many there are.
    var count: Int { state.withLock { $0.lifetimes.count } }

    /// Enters a request; the result takes it out again.
    func insert(_ lifetime: RequestLifetime) -> Int {
        let (id, isOver) = state.withLock { state in
            state.nextID += 1
            state.lifetimes[state.nextID] = lifetime
            return (state.nextID, state.isOver)
        }
        if isOver { lifetime.finish(.shutdown) }
        return id
    }

    /// Takes a request out.
    func remove(_ id: Int) { state.withLock { $0.lifetimes[id] = nil } }

    /// Ends all requests, those to come included.
    func finishAll() {
        let lifetimes = state.withLock { state in
            state.isOver = true
            return Array(state.lifetimes.values)
        }
        for lifetime in lifetimes { lifetime.finish(.shutdown) }
    }
}
