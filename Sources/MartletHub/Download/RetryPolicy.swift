import Glibc

/// How often a broken connection is tried again.
struct RetryPolicy: Sendable {
    /// Attempts without any progress before giving up.
    var maxAttempts = 5
    /// Waiting time before the first new attempt; doubles each time.
    var delay = Duration.seconds(1)

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
                wait(delay)
                delay *= 2
            }
        }
    }

    private func wait(_ delay: Duration) {
        let (seconds, attoseconds) = delay.components
        var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        while true {
            var request = rest
            guard nanosleep(&request, &rest) != 0, errno == EINTR else { return }
        }
    }
}
