/// The blocks of one group: how many tables use each, and the unused ones, least recently used first.
struct BlockPool {
    /// Blocks in all.
    let numBlocks: Int
    /// `[numBlocks]` tables each block stands in.
    private(set) var referenceCounts: [Int32]
    /// The blocks nobody uses: those without content first, then those worth keeping.
    private(set) var freeBlocks: FreeBlockList

    /// A pool with all blocks free.
    init(numBlocks: Int) {
        self.numBlocks = numBlocks
        referenceCounts = Array(repeating: 0, count: numBlocks)
        freeBlocks = FreeBlockList(numBlocks: numBlocks)
    }

    /// Blocks nobody uses.
    var numFree: Int { freeBlocks.count }

    /// Share of the blocks in use, from 0 to 1; blocks kept only for their prefix count as free.
    var usage: Double { 1 - Double(numFree) / Double(numBlocks) }

    /// True while no table uses `block`.
    func isFree(_ block: Int32) -> Bool { referenceCounts[Int(block)] == 0 }

    /// Takes the least recently used free block for one table.
    mutating func take() -> Int32 {
        guard let block = freeBlocks.popFirst() else { preconditionFailure("the caller counted the free blocks") }
        referenceCounts[Int(block)] = 1
        return block
    }

    /// Counts one more table that uses `block`.
    mutating func retain(_ block: Int32) {
        if referenceCounts[Int(block)] == 0 { freeBlocks.remove(block) }
        referenceCounts[Int(block)] += 1
    }

    /// Counts one table less; a block worth keeping is then taken last.
    mutating func release(_ block: Int32, isWorthKeeping: Bool) {
        referenceCounts[Int(block)] -= 1
        guard referenceCounts[Int(block)] == 0 else { return }
        if isWorthKeeping { freeBlocks.append(block) } else { freeBlocks.prepend(block) }
    }

    /// A free block is no longer worth keeping: it is taken first.
    mutating func demote(_ block: Int32) {
        freeBlocks.remove(block)
        freeBlocks.prepend(block)
    }
}
