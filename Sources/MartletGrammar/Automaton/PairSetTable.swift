/// Two numbers: an element of the sets that the automaton works with.
struct Pair: BitwiseCopyable, Equatable {
    /// What the element is: unique in its set, which is sorted by it.
    var key: Int32
    /// What the element stands on.
    var value: Int32
}

/// Sets of pairs, each kept once and known by a number. Number 0 is the empty set.
struct PairSetTable: ~Copyable {
    private var elements = GrowableBuffer<Pair>(capacity: 256)
    private var starts = GrowableBuffer<Int32>(capacity: 128)
    private var hashes = GrowableBuffer<UInt32>(capacity: 128)
    private var slots: UnsafeMutablePointer<Int32>
    private var mask = 127

    init() {
        slots = .allocate(capacity: 128)
        slots.update(repeating: -1, count: 128)
        starts.append(0)
        _ = intern(UnsafeBufferPointer(start: nil, count: 0))
    }

    deinit { slots.deallocate() }

    /// Number of sets.
    var count: Int { hashes.count }

    /// Bytes of memory held.
    var byteCount: Int { elements.byteCount + starts.byteCount + hashes.byteCount + (mask + 1) * 4 }

    /// Number of elements of a set.
    @inline(__always)
    func size(_ set: Int32) -> Int { Int(starts[Int(set) + 1] - starts[Int(set)]) }

    @inline(__always)
    func element(_ set: Int32, _ index: Int) -> Pair { elements[Int(starts[Int(set)]) + index] }

    /// The number of a set given as sorted pairs with distinct keys, which must not lie in this table.
    mutating func intern(_ pairs: UnsafeBufferPointer<Pair>) -> Int32 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for pair in pairs {
            let word = UInt64(UInt32(bitPattern: pair.key)) << 32 | UInt64(UInt32(bitPattern: pair.value))
            let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.high ^ product.low
        }
        let short = UInt32(truncatingIfNeeded: hash ^ hash >> 32)
        var slot = Int(short) & mask
        while slots[slot] >= 0 {
            let candidate = slots[slot]
            if hashes[Int(candidate)] == short, equals(candidate, pairs) { return candidate }
            slot = (slot + 1) & mask
        }
        let number = Int32(hashes.count)
        slots[slot] = number
        hashes.append(short)
        for pair in pairs { elements.append(pair) }
        starts.append(Int32(elements.count))
        if hashes.count * 2 > mask { grow() }
        return number
    }

    private func equals(_ set: Int32, _ pairs: UnsafeBufferPointer<Pair>) -> Bool {
        let start = Int(starts[Int(set)])
        guard Int(starts[Int(set) + 1]) - start == pairs.count else { return false }
        for index in 0..<pairs.count where elements[start + index] != pairs[index] { return false }
        return true
    }

    private mutating func grow() {
        slots.deallocate()
        mask = mask * 2 + 1
        slots = .allocate(capacity: mask + 1)
        slots.update(repeating: -1, count: mask + 1)
        for number in 0..<hashes.count {
            var slot = Int(hashes[number]) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(number)
        }
    }
}
