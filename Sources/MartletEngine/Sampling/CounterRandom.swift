/// Random bits as a function of a seed and a counter, so that a draw depends on neither batching nor preemption.
///
/// **Source**: the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
enum CounterRandom {
    /// The golden ratio in 64 bits, SplitMix64's increment.
    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The bits of draw number `index` of the stream `seed`.
    static func bits(seed: UInt64, index: Int) -> UInt64 {
        mix(mix(seed &+ increment) &+ UInt64(truncatingIfNeeded: index) &* increment)
    }

    /// The seed of a request that brought none.
    static func seed(engineSeed: UInt64, requestID: RequestID) -> UInt64 {
        mix(mix(engineSeed &+ increment) ^ mix(requestID &+ increment))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
