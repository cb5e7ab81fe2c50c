import MartletModelIR

/// Times the sampling of every step into a profile.
struct SamplingTimer {
    private let profile: StepProfile
    private let entry: Int

    init(_ profile: StepProfile) {
        self.profile = profile
        entry = profile.register("sampling")
    }

    func start() -> ContinuousClock.Instant { .now }

    func finish(since start: ContinuousClock.Instant) {
        let time = (ContinuousClock.now - start).components
        profile.record(
            entry, nanoseconds: UInt64(time.seconds) * 1_000_000_000 + UInt64(time.attoseconds / 1_000_000_000))
    }
}
