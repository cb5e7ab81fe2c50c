/// Contiguous storage of trivial elements that only grows. Reads and writes cost no reference counting and no
/// exclusivity checks: the tables of the automaton are read for every byte of every token.
struct GrowableBuffer<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 64) {
        self.capacity = max(capacity, 1)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Bytes of memory held.
    var byteCount: Int { capacity * MemoryLayout<Element>.stride }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        @inline(__always) nonmutating set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { reserve(count + 1) }
        base[count] = element
        count += 1
    }

    /// Appends `element` until there are `newCount` elements.
    mutating func extend(to newCount: Int, with element: Element) {
        guard newCount > count else { return }
        reserve(newCount)
        (base + count).update(repeating: element, count: newCount - count)
        count = newCount
    }

    /// Makes room for `minimum` elements in all.
    mutating func reserve(_ minimum: Int) {
        guard minimum > capacity else { return }
        let larger = max(minimum, capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        moved.update(from: base, count: count)
        base.deallocate()
        base = moved
        capacity = larger
    }

    mutating func removeLast() -> Element {
        assert(count > 0)
        count -= 1
        return base[count]
    }

    mutating func removeAll() { count = 0 }
}
