/// A map from pairs of small integers to integers: open addressing, no removal.
struct IntegerMap: ~Copyable {
    private var keys: UnsafeMutablePointer<UInt64>
    private var values: UnsafeMutablePointer<Int32>
    private var mask: Int
    private(set) var count = 0

    /// No pair of two non-negative 32-bit integers looks like this.
    private static let vacant = UInt64.max

    init(capacity: Int = 64) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        mask = size - 1
        keys = .allocate(capacity: size)
        values = .allocate(capacity: size)
        keys.update(repeating: Self.vacant, count: size)
    }

    deinit {
        keys.deallocate()
        values.deallocate()
    }

    /// Bytes of memory held.
    var byteCount: Int { (mask + 1) * 12 }

    @inline(__always)
    private static func key(_ first: Int32, _ second: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    }

    @inline(__always)
    private static func hash(_ key: UInt64) -> Int {
        let product = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }

    /// The value of a pair, nil where there is none.
    @inline(__always)
    func find(_ first: Int32, _ second: Int32) -> Int32? {
        let key = Self.key(first, second)
        var slot = Self.hash(key) & mask
        while true {
            let found = keys[slot]
            if found == key { return values[slot] }
            if found == Self.vacant { return nil }
            slot = (slot + 1) & mask
        }
    }

    /// Gives a pair that has no value yet one.
    mutating func insert(_ first: Int32, _ second: Int32, _ value: Int32) {
        if (count + 1) * 4 > (mask + 1) * 3 { grow() }
        place(Self.key(first, second), value)
        count += 1
    }

    private func place(_ key: UInt64, _ value: Int32) {
        var slot = Self.hash(key) & mask
        while keys[slot] != Self.vacant { slot = (slot + 1) & mask }
        keys[slot] = key
        values[slot] = value
    }

    private mutating func grow() {
        let (oldKeys, oldValues, oldSize) = (keys, values, mask + 1)
        mask = oldSize * 2 - 1
        keys = .allocate(capacity: oldSize * 2)
        values = .allocate(capacity: oldSize * 2)
        keys.update(repeating: Self.vacant, count: oldSize * 2)
        for slot in 0..<oldSize where oldKeys[slot] != Self.vacant { place(oldKeys[slot], oldValues[slot]) }
        oldKeys.deallocate()
        oldValues.deallocate()
    }
}
