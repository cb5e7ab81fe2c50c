import Synchronization

/// Counts of observations by upper bound, as Prometheus defines histograms.
final class Histogram: Sendable {
    /// What a scrape sees.
    struct Snapshot: Sendable {
        /// Observations in each bucket alone, the unbounded one last.
        var counts: [UInt64]
        /// Of all observations.
        var sum = 0.0
    }

    let name: String
    let help: String
    /// Upper bounds, ascending; the unbounded bucket is implied.
    let bounds: [Double]
    private let state: Mutex<Snapshot>

    init(_ name: String, _ help: String, bounds: [Double]) {
        self.name = name
        self.help = help
        self.bounds = bounds
        state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// Enters `count` equal observations.
    func observe(_ value: Double, count: Int = 1) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        state.withLock { state in
            state.counts[bucket] += UInt64(count)
            state.sum += value * Double(count)
        }
    }

    /// Enters a time span in seconds.
    func observe(_ duration: Duration, count: Int = 1) { observe(duration.inSeconds, count: count) }

    /// The counts now.
    var snapshot: Snapshot { state.withLock { $0 } }
}

extension Duration {
    /// As a real number of seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
