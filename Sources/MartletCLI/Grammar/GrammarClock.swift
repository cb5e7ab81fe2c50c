import ArgumentParser
import Glibc

/// What the times of `martlet grammar check` are read from.
enum GrammarClock: String, CaseIterable, ExpressibleByArgument {
    case wall
    /// The time that the thread computed, which neighbours on the machine disturb less.
    case thread

    /// In nanoseconds since some moment.
    var now: Int {
        var time = timespec()
        clock_gettime(self == .wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }

    /// What it costs to read it twice, in nanoseconds: the median of many times.
    var overhead: Double {
        let times = (0..<10_001).map { _ in
            let start = now
            return Double(now - start)
        }
        return times.median
    }
}
