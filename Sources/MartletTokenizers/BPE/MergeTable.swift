/// Which pairs of tokens merge, in which order, into what: a flat hash table over pairs of ids.
struct MergeTable: Sendable {
    /// What a pair becomes; lower ranks merge first.
    struct Merge {
        var rank: UInt32
        var result: Int32
    }

    /// A pair that merges.
    struct Entry: Sendable {
        /// Left id above right id; all ones mark a free slot.
        fileprivate var pair: UInt64 = .max
        /// Rank above result.
        fileprivate var order: UInt64 = MergeTable.never

        fileprivate init() {}

        init(_ left: Int32, _ right: Int32, rank: Int, result: Int32) {
            pair = MergeTable.pair(left, right)
            order = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: result))
        }
    }

    /// The order of a pair that does not merge.
    static let never = UInt64.max

    private var slots: [Entry]
    private var shift: UInt64
    /// How many merges were added.
    private(set) var count = 0

    /// A table for about `count` merges; it grows when there are more.
    init(count: Int) {
        var width: UInt64 = 4
        while width < 40, 1 << width < count + count / 2 { width += 1 }
        slots = Array(repeating: Entry(), count: 1 << width)
        shift = 64 - width
    }

    /// Adds a merge; a pair that is listed twice takes the later rank, as a dictionary built in order would.
    mutating func add(_ left: Int32, _ right: Int32, rank: Int, result: Int32) {
        count += 1
        if count > slots.count / 4 * 3 { grow() }
        insert(Entry(left, right, rank: rank, result: result))
    }

    /// Adds merges as one by one, but looks at all their places first, so that waiting for memory overlaps.
    mutating func add(_ entries: [Entry]) {
        count += entries.count
        while count > slots.count / 4 * 3 { grow() }
        var taken = Array(repeating: false, count: entries.count)
        slots.withUnsafeMutableBufferPointer { slots in
            for index in entries.indices {
                let pair = slots[Self.hash(entries[index].pair, shift)].pair
                taken[index] = pair != .max && pair != entries[index].pair
            }
            for index in entries.indices { Self.insert(entries[index], past: taken[index] ? 1 : 0, slots, shift) }
        }
    }

    private mutating func insert(_ entry: Entry) {
        slots.withUnsafeMutableBufferPointer { Self.insert(entry, past: 0, $0, shift) }
    }

    /// Puts the entry into the first place for it, of which `past` are known to have others.
    @inline(__always)
    private static func insert(
        _ entry: Entry, past: Int, _ slots: UnsafeMutableBufferPointer<Entry>, _ shift: UInt64
    ) {
        let mask = slots.count - 1
        var index = (hash(entry.pair, shift) + past) & mask
        while slots[index].pair != .max, slots[index].pair != entry.pair { index = (index + 1) & mask }
        slots[index] = entry
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Entry(), count: old.count * 2)
        shift -= 1
        for entry in old where entry.pair != .max { insert(entry) }
    }

    /// Calls `body` with every pair that merges, in no order.
    func forEachPair(_ body: (_ left: Int32, _ right: Int32, _ rank: UInt32) -> Void) {
        for slot in slots where slot.pair != .max {
            body(
                Int32(truncatingIfNeeded: slot.pair >> 32), Int32(truncatingIfNeeded: slot.pair),
                UInt32(slot.order >> 32))
        }
    }

    /// What the pair becomes, or nil where it does not merge.
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        let order = order(left, right)
        if order == Self.never { return nil }
        return Merge(rank: UInt32(order >> 32), result: Int32(truncatingIfNeeded: order))
    }

    /// The rank of the pair in the upper half and what it becomes in the lower, or `never`.
    @inline(__always)
    func order(_ left: Int32, _ right: Int32) -> UInt64 {
        let pair = Self.pair(left, right)
        return slots.withUnsafeBufferPointer { buffer in
            let slots = buffer.baseAddress!
            let mask = buffer.count &- 1
            var index = Self.hash(pair, shift)
            while true {
                let slot = slots[index]
                if slot.pair == pair { return slot.order }
                if slot.pair == .max { return Self.never }
                index = (index &+ 1) & mask
            }
        }
    }

    @inline(__always)
    fileprivate static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private static func hash(_ pair: UInt64, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    }
}
