/// The symbols of one piece while they merge; kept between pieces to allocate once.
struct BytePairScratch {
    /// The tokens of the piece: bytes before, the result after `mergeAll`.
    var symbols: [Int32] = []
    private var candidates: [MergeTable.Merge] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap: [UInt64] = []

    /// Up to here looking at all pairs for the lowest rank beats a heap.
    private static let linearLimit = 40
    private static let never = MergeTable.Merge(rank: .max, result: 0)

    /// Merges neighbours, lowest rank first and leftmost of equals, until no pair merges.
    mutating func mergeAll(_ merges: borrowing MergeTable) {
        if symbols.count < 2 { return }
        if symbols.count <= Self.linearLimit {
            mergeLinearly(merges)
        } else {
            mergeWithHeap(merges)
        }
    }

    private mutating func mergeLinearly(_ merges: borrowing MergeTable) {
        var count = symbols.count
        candidates.removeAll(keepingCapacity: true)
        for index in 0..<count - 1 {
            candidates.append(merges.merge(symbols[index], symbols[index + 1]) ?? Self.never)
        }
        while count > 1 {
            var best = 0
            for index in 1..<max(1, count - 1) where candidates[index].rank < candidates[best].rank { best = index }
            guard candidates[best].rank != .max else { break }
            symbols[best] = candidates[best].result
            count -= 1
            for index in best + 1..<max(best + 1, count) {
                symbols[index] = symbols[index + 1]
                candidates[index - 1] = candidates[index]
            }
            if best < count - 1 {
                candidates[best] = merges.merge(symbols[best], symbols[best + 1]) ?? Self.never
            }
            if best > 0 {
                candidates[best - 1] = merges.merge(symbols[best - 1], symbols[best]) ?? Self.never
            }
        }
        symbols.removeSubrange(count...)
    }
}

// MARK: - Long pieces

extension BytePairScratch {
    /// A doubly linked list over the symbols, and a heap of (rank, position); entries that no longer hold are skipped.
    private mutating func mergeWithHeap(_ merges: borrowing MergeTable) {
        let count = symbols.count
        next = (1...Int32(count)).map { $0 }
        previous = (-1..<Int32(count) - 1).map { $0 }
        heap.removeAll(keepingCapacity: true)
        for position in 0..<count - 1 { pushPair(at: position, merges) }
        var alive = [Bool](repeating: true, count: count)
        while let entry = popLowest() {
            let position = Int(entry & 0xFFFF_FFFF)
            let right = Int(next[position])
            guard alive[position], right < count, let merge = merges.merge(symbols[position], symbols[right]),
                merge.rank == entry >> 32
            else { continue }
            symbols[position] = merge.result
            alive[right] = false
            next[position] = next[right]
            if Int(next[right]) < count { previous[Int(next[right])] = Int32(position) }
            pushPair(at: position, merges)
            if previous[position] >= 0 { pushPair(at: Int(previous[position]), merges) }
        }
        var kept = 0
        for position in 0..<count where alive[position] {
            symbols[kept] = symbols[position]
            kept += 1
        }
        symbols.removeSubrange(kept...)
    }

    private mutating func pushPair(at position: Int, _ merges: borrowing MergeTable) {
        let right = Int(next[position])
        guard right < symbols.count, let merge = merges.merge(symbols[position], symbols[right]) else { return }
        var child = heap.count
        heap.append(UInt64(merge.rank) << 32 | UInt64(position))
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func popLowest() -> UInt64? {
        guard let lowest = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return lowest }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return lowest }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return lowest }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
