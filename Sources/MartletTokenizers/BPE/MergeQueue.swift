/// Merges long pieces: a doubly linked list over the symbols, and a heap of (rank, position) in which entries that no
/// longer hold are skipped.
struct MergeQueue {
    private var next: [UInt32] = []
    private var previous: [UInt32] = []
    private var heap: [UInt64] = []

    /// What a symbol becomes that its left neighbour took in.
    private static let gone: Int32 = -1
    /// Beyond this many symbols the memory is given back after use.
    private static let keptCapacity = 1 << 16

    @inline(__always)
    private static func entry(_ order: UInt64, _ position: Int) -> UInt64 {
        order & 0xFFFF_FFFF_0000_0000 | UInt64(position)
    }

    /// Merges neighbours, lowest rank first and leftmost of equals, until no pair merges.
    mutating func mergeAll(_ symbols: inout [Int32], _ merges: borrowing MergeTable) {
        let count = symbols.count
        next = (0..<UInt32(count)).map { $0 + 1 }
        previous = (0..<UInt32(count)).map { $0 &- 1 }
        heap.removeAll(keepingCapacity: true)
        for position in 0..<count - 1 {
            let order = merges.order(symbols[position], symbols[position + 1])
            if order != MergeTable.never { heap.append(Self.entry(order, position)) }
        }
        heapify()
        symbols.withUnsafeMutableBufferPointer { symbols in
            while let entry = heap.first { merge(entry, symbols, merges) }
        }
        symbols.removeAll { $0 == Self.gone }
        if count > Self.keptCapacity { self = MergeQueue() }
    }

    /// Applies the lowest entry of the heap if it still holds, and lets new pairs take its place.
    private mutating func merge(
        _ entry: UInt64, _ symbols: UnsafeMutableBufferPointer<Int32>, _ merges: borrowing MergeTable
    ) {
        let position = Int(entry & 0xFFFF_FFFF)
        let right = Int(next[position])
        guard symbols[position] != Self.gone, right < symbols.count else { return removeFirst() }
        let order = merges.order(symbols[position], symbols[right])
        guard order != MergeTable.never, order >> 32 == entry >> 32 else { return removeFirst() }
        symbols[position] = Int32(truncatingIfNeeded: order)
        symbols[right] = Self.gone
        let after = Int(next[right])
        next[position] = UInt32(after)
        if after < symbols.count { previous[after] = UInt32(position) }
        let following = after < symbols.count ? merges.order(symbols[position], symbols[after]) : MergeTable.never
        if following == MergeTable.never {
            removeFirst()
        } else {
            siftDown(Self.entry(following, position), at: 0)
        }
        guard position > 0 else { return }
        let before = Int(previous[position])
        let leading = merges.order(symbols[before], symbols[position])
        if leading != MergeTable.never { push(Self.entry(leading, before)) }
    }
}

// MARK: - The heap, four children to a node

extension MergeQueue {
    private mutating func heapify() {
        guard heap.count > 1 else { return }
        for index in stride(from: (heap.count - 2) / 4, through: 0, by: -1) { siftDown(heap[index], at: index) }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        if !heap.isEmpty { siftDown(last, at: 0) }
    }

    private mutating func push(_ entry: UInt64) {
        var child = heap.count
        heap.append(entry)
        while child > 0, entry < heap[(child - 1) / 4] {
            heap[child] = heap[(child - 1) / 4]
            child = (child - 1) / 4
        }
        heap[child] = entry
    }

    /// Puts `entry` at `index` or below, where nothing lower lies beneath it.
    private mutating func siftDown(_ entry: UInt64, at index: Int) {
        var parent = index
        while true {
            let first = 4 * parent + 1
            guard first < heap.count else { break }
            var child = first
            for other in first + 1..<max(first + 1, min(first + 4, heap.count)) where heap[other] < heap[child] {
                child = other
            }
            guard heap[child] < entry else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}
