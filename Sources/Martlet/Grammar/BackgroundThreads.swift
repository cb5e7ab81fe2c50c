import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A few threads for work that may take long and should not slow down others; they live while there is work.
final class BackgroundThreads: Sendable {
    typealias Work = @Sendable () -> Void

    private struct State {
        var waiting: [Work] = []
        var numThreads = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Recursion over nested input is bounded, but not small.
    private static let stackBytes = 64 << 20
    /// In the units of `nice`.
    private static let niceness: Int32 = 10

    /// Threads for `limit` pieces of work at a time.
    init(limit: Int) { self.limit = limit }

    /// Runs `work` when a thread is free.
    func run(_ work: @escaping Work) {
        let needsThread = state.withLock { state in
            state.waiting.append(work)
            guard state.numThreads < limit else { return false }
            state.numThreads += 1
            return true
        }
        if needsThread { spawn() }
    }

    private func next() -> Work? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.numThreads -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    /// The thread owns a reference to this object until it ends.
    private func spawn() {
        let context = Unmanaged.passRetained(self).toOpaque()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(&thread, &attributes, { Self.main($0) }, context)
        #else
            var thread = pthread_t()
            let status = pthread_create(&thread, &attributes, { $0.flatMap(BackgroundThreads.main) }, context)
        #endif
        guard status == 0 else { preconditionFailure("cannot start a thread: error \(status)") }
    }

    private static func main(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let threads = Unmanaged<BackgroundThreads>.fromOpaque(context).takeRetainedValue()
        #if canImport(Glibc)
            // On Linux this is the priority of the calling thread.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        #endif
        while let work = threads.next() { work() }
        return nil
    }
}
