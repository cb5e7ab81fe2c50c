import MartletModelIR

/// Times one part of every step into a profile.
struct PartTimer {
    private let profile: StepProfile
    private let entry: Int

    init(_ profile: StepProfile, _ name: String) {
        self.profile = profile
        entry = profile.register(name)
    }

    func start() -> ContinuousClock.Instant { .now }

    func finish(since start: ContinuousClock.Instant) {
        let time = (ContinuousClock.now - start).components
        profile.record(
            entry, nanoseconds: UInt64(time.seconds) * 1_000_000_000 + UInt64(time.attoseconds / 1_000_000_000))
    }
}
