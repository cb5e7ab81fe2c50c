/// Between which neighbouring characters a token may lie across; where none can, text may be cut before merging.
///
/// A hashed bit per pair: it may say yes for a pair that never joins, and never no for one that does.
struct JoinFilter: Sendable {
    private var bits: [UInt64]
    private let shift: UInt64

    /// A filter for about `count` pairs.
    init(count: Int) {
        var width: UInt64 = 12
        while width < 26, (1 << width) < count * 16 { width += 1 }
        bits = Array(repeating: 0, count: 1 << (width - 6))
        shift = 64 - width
    }

    @inline(__always)
    private func index(_ left: UInt32, _ right: UInt32) -> UInt64 {
        ((UInt64(left) << 32 | UInt64(right)) &* 0x9E37_79B9_7F4A_7C15) >> shift
    }

    mutating func insert(_ left: UInt32, _ right: UInt32) {
        let index = index(left, right)
        bits[Int(index >> 6)] |= 1 << (index & 63)
    }

    /// False only where no merge crosses from `left` to `right`.
    @inline(__always)
    func mayJoin(_ left: UInt32, _ right: UInt32) -> Bool {
        let index = index(left, right)
        return bits[Int(index >> 6)] >> (index & 63) & 1 == 1
    }
}
