import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Times the regions of a plan, as thread 0 sees them, into a profile; from the first to the last they leave no gap.
struct RegionTimer {
    /// What a region is called and how much it multiplies.
    struct Label {
        var name: String
        var domain = RowDomain.tokens
        var weightBytes = 0
        /// Multiplications and additions for one row.
        var operationsPerRow = 0
    }

    private let profile: StepProfile
    private let labels: [Label]
    private let entries: [Int]
    private let end: Int
    private var last: UInt64 = 0

    /// One label per region of the plan.
    init(_ labels: [Label], profile: StepProfile) {
        self.profile = profile
        self.labels = labels
        entries = labels.map { profile.register($0.name) }
        end = profile.register("threads leaving")
    }

    /// A step begins.
    mutating func start() { last = Self.now() }

    /// A region that was not left out is complete.
    mutating func finish(region: Int, _ step: StepJob.Step) {
        let label = labels[region]
        let rows = step.rows(label.domain)
        profile.record(
            entries[region], nanoseconds: lap(), weightBytes: rows == 0 ? 0 : label.weightBytes,
            operations: rows * label.operationsPerRow)
    }

    /// The step is over.
    mutating func finish() { profile.record(end, nanoseconds: lap()) }

    private mutating func lap() -> UInt64 {
        let now = Self.now()
        defer { last = now }
        return now - last
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
