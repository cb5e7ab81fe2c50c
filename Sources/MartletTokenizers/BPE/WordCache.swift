/// Remembers where the tokens of short pieces already stand in the output of one `encode` call.
struct WordCache {
    private struct Entry {
        /// Up to fifteen bytes and, in the top byte, their number: the key is exact.
        var low: UInt64 = 0
        var high: UInt64 = 0
        var start: Int32 = 0
        var count: Int32 = 0
    }

    private var entries: [Entry] = []
    private static let slotCount = 4096

    /// The key of a piece, or nil for pieces too long to remember.
    static func key(_ piece: UnsafeBufferPointer<UInt8>) -> (low: UInt64, high: UInt64)? {
        guard piece.count <= 15 else { return nil }
        var (low, high): (UInt64, UInt64) = (0, UInt64(piece.count) << 56)
        for (index, byte) in piece.enumerated() {
            if index < 8 {
                low |= UInt64(byte) << UInt64(index * 8)
            } else {
                high |= UInt64(byte) << UInt64(index * 8 - 64)
            }
        }
        return (low, high)
    }

    private static func slot(_ key: (low: UInt64, high: UInt64)) -> Int {
        Int(truncatingIfNeeded: ByteHash.mix(key.low ^ ByteHash.mix(key.high))) & (slotCount - 1)
    }

    /// Where the piece's tokens stand in the output.
    func range(_ key: (low: UInt64, high: UInt64)) -> Range<Int>? {
        guard !entries.isEmpty else { return nil }
        let entry = entries[Self.slot(key)]
        guard entry.low == key.low, entry.high == key.high else { return nil }
        return Int(entry.start)..<Int(entry.start + entry.count)
    }

    /// Remembers the piece in the place of whatever had its slot.
    mutating func remember(_ key: (low: UInt64, high: UInt64), _ range: Range<Int>) {
        guard let start = Int32(exactly: range.lowerBound) else { return }
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.slotCount) }
        entries[Self.slot(key)] = Entry(low: key.low, high: key.high, start: start, count: Int32(range.count))
    }
}
