/// Which pairs of tokens merge, in which order, into what: a flat hash table over pairs of ids.
struct MergeTable: Sendable {
    /// What a pair becomes; lower ranks merge first.
    struct Merge {
        var rank: UInt32
        var result: Int32
    }

    private struct Slot: Sendable {
        var left: Int32 = 0
        var right: Int32 = 0
        /// The rank plus one; zero marks a free slot.
        var order: UInt32 = 0
        var result: Int32 = 0
    }

    private var slots: [Slot]
    private var mask: Int
    /// How many merges were added.
    private(set) var count = 0

    /// A table for about `count` merges; it grows when there are more.
    init(count: Int) {
        var capacity = 16
        while capacity < count + count / 2 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        mask = capacity - 1
    }

    /// Adds a merge; a pair that is listed twice takes the later rank, as a dictionary built in order would.
    mutating func add(_ left: Int32, _ right: Int32, rank: Int, result: Int32) {
        count += 1
        if count > slots.count / 4 * 3 { grow() }
        insert(Slot(left: left, right: right, order: UInt32(rank) + 1, result: result))
    }

    private mutating func insert(_ slot: Slot) {
        var index = Self.hash(slot.left, slot.right) & mask
        while slots[index].order != 0, slots[index].left != slot.left || slots[index].right != slot.right {
            index = (index + 1) & mask
        }
        slots[index] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot.order != 0 { insert(slot) }
    }

    /// Calls `body` with every pair that merges, in no order.
    func forEachPair(_ body: (_ left: Int32, _ right: Int32) -> Void) {
        for slot in slots where slot.order != 0 { body(slot.left, slot.right) }
    }

    /// What the pair becomes, or nil where it does not merge.
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        slots.withUnsafeBufferPointer { slots in
            var index = Self.hash(left, right) & mask
            while true {
                let slot = slots[index]
                if slot.order == 0 { return nil }
                if slot.left == left, slot.right == right { return Merge(rank: slot.order - 1, result: slot.result) }
                index = (index + 1) & mask
            }
        }
    }

    @inline(__always)
    private static func hash(_ left: Int32, _ right: Int32) -> Int {
        let pair = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
        let product = pair &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: product >> 32)
    }
}
