/// The lowercase of single scalars, without regard to their neighbours (Rust's `char::to_lowercase`).
struct Lowercase: Sendable {
    static let shared = Lowercase()

    /// The one scalar whose lowercase is two: `i` and a combining dot above.
    static let dottedI: UInt32 = 0x130

    private var distance = PagedTable<Int32>(0)

    private init() {
        var numbers = PackedNumbers(UnicodeMappingData.lowercase)
        var start: UInt32 = 0
        while let delta = numbers.next(), let count = numbers.next(), let stride = numbers.next(),
            let packed = numbers.next()
        {
            start += UInt32(delta)
            for index in 0..<UInt32(count) {
                distance.set(start + index * UInt32(stride), to: Int32(PackedNumbers.signed(packed)))
            }
        }
    }

    /// The lowercase scalar, the first of two for `dottedI`.
    subscript(code: UInt32) -> UInt32 {
        code == Self.dottedI ? 0x69 : UInt32(bitPattern: Int32(code) + distance[code])
    }
}
