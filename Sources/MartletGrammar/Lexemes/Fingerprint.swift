/// A 128-bit hash of a structure: equal for equal structures of any arena of this process, and (for all that can be
/// known) different for different ones. Differs between processes.
struct Fingerprint: Hashable, Sendable, BitwiseCopyable {
    var low: UInt64
    var high: UInt64

    static func &+ (left: Fingerprint, right: Fingerprint) -> Fingerprint {
        Fingerprint(low: left.low &+ right.low, high: left.high &+ right.high)
    }
}

/// The secret of this process that makes fingerprints hard to collide on purpose.
struct FingerprintSeed: Sendable, BitwiseCopyable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// The same for the whole process.
    static let process = FingerprintSeed()

    private init() {
        words = (.random(in: 1 ... .max), .random(in: 1 ... .max), .random(in: 1 ... .max), .random(in: 1 ... .max))
    }

    /// The hash of what `state` has hashed followed by `value`.
    @inline(__always) func mix(_ state: Fingerprint, _ value: Fingerprint) -> Fingerprint {
        Fingerprint(
            low: fold(
                (rotate(state.low, 29) &+ value.low) ^ words.0, (rotate(state.high, 13) ^ value.high) &+ words.1),
            high: fold(
                (rotate(state.high, 41) &+ value.low) ^ words.2, (rotate(state.low, 7) ^ value.high) &+ words.3))
    }

    @inline(__always) func mix(_ state: Fingerprint, _ value: UInt64) -> Fingerprint {
        mix(state, Fingerprint(low: value, high: 0x9E37_79B9_7F4A_7C15))
    }

    @inline(__always) private func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value &<< bits | value &>> (64 &- bits)
    }

    /// Both halves of the product.
    @inline(__always) private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
