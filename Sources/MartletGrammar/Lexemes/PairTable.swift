/// Remembers a number for each pair of numbers.
struct PairTable: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var first: Int32
        var second: Int32
        var value: Int32
    }

    private static var free: Entry { Entry(first: -1, second: -1, value: -1) }
    private var entries: FlatArray<Entry>
    private var mask: Int
    private var used = 0

    init() {
        entries = FlatArray(capacity: 64)
        mask = 63
        _ = entries.append(repeating: Self.free, count: 64)
    }

    /// Bytes of memory held.
    var byteCount: Int { entries.byteCount }

    private func place(_ first: Int32, _ second: Int32) -> Int {
        let key = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
        var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while entries[index].first >= 0, entries[index].first != first || entries[index].second != second {
            index = (index + 1) & mask
        }
        return index
    }

    /// The number of a pair (of numbers that are not negative), nil where there is none yet.
    subscript(first: Int32, second: Int32) -> Int32? {
        let entry = entries[place(first, second)]
        return entry.first < 0 ? nil : entry.value
    }

    mutating func set(_ first: Int32, _ second: Int32, _ value: Int32) {
        if used * 2 > mask { grow() }
        let index = place(first, second)
        if entries[index].first < 0 { used += 1 }
        entries[index] = Entry(first: first, second: second, value: value)
    }

    private mutating func grow() {
        var old = FlatArray<Entry>(capacity: entries.count * 2)
        swap(&old, &entries)
        _ = entries.append(repeating: Self.free, count: old.count * 2)
        mask = old.count * 2 - 1
        for index in 0..<old.count where old[index].first >= 0 {
            entries[place(old[index].first, old[index].second)] = old[index]
        }
    }
}
