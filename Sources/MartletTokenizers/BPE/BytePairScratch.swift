/// The symbols of one piece while they merge; kept between pieces to allocate once.
struct BytePairScratch {
    /// The tokens of the piece: bytes or characters before, the result after `mergeAll`.
    var symbols: [Int32] = []
    /// The stretches within pieces seen lately.
    var stretches = WordCache()
    /// The tokens whose bytes are known to merge into them.
    var wholes = TokenSet()
    /// What neighbours become, in the order of `MergeTable.order`.
    private var orders = [UInt64](repeating: MergeTable.never, count: Self.linearLimit)
    private var queue = MergeQueue()

    /// Up to here looking at all pairs for the lowest rank beats a heap.
    private static let linearLimit = 48

    /// Merges neighbours, lowest rank first and leftmost of equals, until no pair merges.
    mutating func mergeAll(_ merges: borrowing MergeTable) {
        if symbols.count < 2 { return }
        if symbols.count <= Self.linearLimit {
            mergeLinearly(merges)
        } else {
            queue.mergeAll(&symbols, merges)
        }
    }

    private mutating func mergeLinearly(_ merges: borrowing MergeTable) {
        let count = symbols.withUnsafeMutableBufferPointer { symbols in
            orders.withUnsafeMutableBufferPointer { orders in
                Self.merge(symbols.baseAddress!, orders.baseAddress!, count: symbols.count, merges)
            }
        }
        symbols.removeSubrange(count...)
    }

    /// Merges `count` symbols in place and returns how many are left; `orders` has room for as many.
    private static func merge(
        _ symbols: UnsafeMutablePointer<Int32>, _ orders: UnsafeMutablePointer<UInt64>, count: Int,
        _ merges: borrowing MergeTable
    ) -> Int {
        var last = count - 1
        for index in 0..<last { orders[index] = merges.order(symbols[index], symbols[index + 1]) }
        while last > 0 {
            var (best, lowest) = (0, orders[0] >> 32)
            var index = 1
            while index < last {
                let rank = orders[index] >> 32
                if rank < lowest { (best, lowest) = (index, rank) }
                index &+= 1
            }
            if lowest == MergeTable.never >> 32 { break }
            symbols[best] = Int32(truncatingIfNeeded: orders[best])
            last -= 1
            index = best + 1
            while index <= last {
                symbols[index] = symbols[index + 1]
                orders[index - 1] = orders[index]
                index &+= 1
            }
            if best < last { orders[best] = merges.order(symbols[best], symbols[best + 1]) }
            if best > 0 { orders[best - 1] = merges.order(symbols[best - 1], symbols[best]) }
        }
        return last + 1
    }
}
