/// Growable storage of plain values without reference counts or bounds checks: the arenas' memory.
struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Bytes of memory held.
    var byteCount: Int { capacity * MemoryLayout<Element>.stride }

    subscript(index: Int) -> Element {
        @inline(__always) get { base[index] }
        @inline(__always) nonmutating set { base[index] = newValue }
    }

    @inline(__always) mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        base[count] = element
        count += 1
    }

    /// `amount` more elements, all equal to `element`; the index of the first.
    mutating func append(repeating element: Element, count amount: Int) -> Int {
        if count + amount > capacity { grow(to: count + amount) }
        (base + count).update(repeating: element, count: amount)
        count += amount
        return count - amount
    }

    /// Drops all elements from `newCount` on.
    @inline(__always) mutating func truncate(to newCount: Int) { count = newCount }

    private mutating func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let new = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        new.update(from: base, count: count)
        base.deallocate()
        base = new
        capacity = larger
    }
}
