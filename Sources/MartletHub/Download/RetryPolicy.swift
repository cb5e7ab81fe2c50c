import Glibc

/// How often a broken connection is tried again.
struct RetryPolicy: Sendable {
    /// Attempts without any progress before giving up.
    var maxAttempts = 5
    /// Waiting time before the first new attempt; doubles each time.
    var delay = Duration.seconds(1)
    /// Ends the waiting early.
    var cancellation: Cancellation?

    private static let longestNap = Duration.milliseconds(200)

    /// Runs `body`, again after network errors; attempts that got bytes across do not count.
    func run<R>(
        madeProgress: () -> Int = { 0 }, _ body: () throws(HubError) -> R
    ) throws(HubError) -> R {
        var attempt = 1
        var delay = delay
        while true {
            let before = madeProgress()
            do throws(HubError) {
                return try body()
            } catch {
                guard case .network = error else { throw error }
                if madeProgress() > before {
                    attempt = 1
                    delay = self.delay
                }
                guard attempt < maxAttempts else { throw error }
                attempt += 1
                try wait(delay)
                delay *= 2
            }
        }
    }

    /// Naps until the time is over, so that a cancelled download ends soon.
    private func wait(_ delay: Duration) throws(HubError) {
        let end = ContinuousClock.now + delay
        while true {
            if let cancellation, cancellation.isCancelled { throw .cancelled }
            let rest = end - ContinuousClock.now
            guard rest > .zero else { return }
            let (seconds, attoseconds) = min(rest, Self.longestNap).components
            var request = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
            nanosleep(&request, nil)
        }
    }
}
