/// Says which cache block belongs to whom: ref-counted blocks, an LRU of free ones, and an index of computed prefixes.
///
/// Pure bookkeeping: the bytes belong to the backend. Invariants, checked under the same numbers by `violations`:
/// 1. A block's reference count is the number of block tables it stands in.
/// 2. A block is in the free list, once, exactly when its reference count is 0; the list's links agree both ways.
/// 3. Every registered block is found in the index under its own key, so no two have the same key.
/// 4. The parent of a registered block is registered, and in use or freed later: a prefix outlives its continuations.
/// 5. A table's first `numRegistered` blocks are registered, each the parent of the next; the others are not
///    registered and stand in this table only. So a block that is still written to is never shared.
/// 6. In the free list the blocks without content come before the registered ones.
struct KVCacheManager {
    /// Blocks in all.
    let numBlocks: Int
    /// Token slots of a block.
    let blockSize: Int
    /// False: nothing is registered, so nothing is found.
    let isPrefixCachingEnabled: Bool
    private(set) var referenceCounts: [Int32]
    private(set) var freeBlocks: FreeBlockList
    private(set) var prefixes: PrefixIndex

    /// A cache with all blocks free and without content.
    init(numBlocks: Int, blockSize: Int, enablePrefixCaching: Bool) {
        self.numBlocks = numBlocks
        self.blockSize = blockSize
        isPrefixCachingEnabled = enablePrefixCaching
        referenceCounts = Array(repeating: 0, count: numBlocks)
        freeBlocks = FreeBlockList(numBlocks: numBlocks)
        prefixes = PrefixIndex(numBlocks: numBlocks, blockSize: blockSize)
    }

    /// Share of the blocks in use, from 0 to 1; blocks kept only for their prefix count as free.
    var usage: Double { 1 - Double(freeBlocks.count) / Double(numBlocks) }

    /// Blocks that hold `numTokens` tokens.
    func numBlocks(for numTokens: Int) -> Int { (numTokens + blockSize - 1) / blockSize }

    /// Gives an empty table blocks for all of `tokens`, those of the longest cached prefix first.
    ///
    /// At least the last token is left to compute, because its logits are wanted.
    /// Returns the number of tokens found in the cache; nil, with nothing changed, when there are too few free blocks.
    mutating func admit(
        _ tokens: [Int32], salt: String?, readsPrefixCache: Bool, table: inout BlockTable
    ) -> Int? {
        precondition(table.blocks.isEmpty)
        var numFreeMatches = 0
        if isPrefixCachingEnabled, readsPrefixCache {
            matchPrefix(of: tokens, salt: salt, table: &table, numFreeMatches: &numFreeMatches)
        }
        let numMatches = table.blocks.count
        let numNew = numBlocks(for: tokens.count) - numMatches
        guard numNew + numFreeMatches <= freeBlocks.count else {
            table.blocks.removeAll(keepingCapacity: true)
            table.numRegistered = 0
            table.lastPrefix = nil
            return nil
        }
        for block in table.blocks { retain(block) }
        for _ in 0..<numNew { appendNewBlock(to: &table) }
        return numMatches * blockSize
    }

    /// Lets the table hold `numTokens` tokens; false, with nothing changed, when there are too few free blocks.
    mutating func extend(_ table: inout BlockTable, toHold numTokens: Int) -> Bool {
        let numNew = numBlocks(for: numTokens) - table.blocks.count
        guard numNew > 0 else { return true }
        guard numNew <= freeBlocks.count else { return false }
        for _ in 0..<numNew { appendNewBlock(to: &table) }
        return true
    }

    /// Registers the blocks that `numComputed` computed tokens have filled, so that others find them.
    ///
    /// A block whose content is already registered is given back and the registered one takes its place.
    mutating func registerComputed(_ numComputed: Int, of tokens: [Int32], salt: String?, table: inout BlockTable) {
        guard isPrefixCachingEnabled else { return }
        let numFull = numComputed / blockSize
        while table.numRegistered < numFull {
            let place = table.numRegistered
            let block = table.blocks[place]
            let content = tokens[place * blockSize..<(place + 1) * blockSize]
            if let twin = prefixes.find(content, after: table.lastPrefix, salt: salt) {
                retain(twin.block)
                table.blocks[place] = twin.block
                table.lastPrefix = twin.id
                release(block)
            } else {
                table.lastPrefix = prefixes.insert(block, content, after: table.lastPrefix, salt: salt)
            }
            table.numRegistered += 1
        }
    }

    /// Gives all blocks of a table back; registered ones stay findable until they are taken again.
    mutating func free(_ table: inout BlockTable) {
        // The end of a prefix goes first, so that it is also evicted before the beginning.
        for block in table.blocks.reversed() { release(block) }
        table.blocks.removeAll(keepingCapacity: true)
        table.numRegistered = 0
        table.lastPrefix = nil
    }

    /// Forgets all prefixes; false, with nothing changed, while a block is in use.
    mutating func resetPrefixCache() -> Bool {
        guard freeBlocks.count == numBlocks else { return false }
        for block in 0..<Int32(numBlocks) { prefixes.remove(block) }
        return true
    }

    private func matchPrefix(
        of tokens: [Int32], salt: String?, table: inout BlockTable, numFreeMatches: inout Int
    ) {
        let maxMatches = (tokens.count - 1) / blockSize
        while table.numRegistered < maxMatches {
            let start = table.numRegistered * blockSize
            let content = tokens[start..<start + blockSize]
            guard let match = prefixes.find(content, after: table.lastPrefix, salt: salt) else { return }
            table.blocks.append(match.block)
            table.numRegistered += 1
            table.lastPrefix = match.id
            if referenceCounts[Int(match.block)] == 0 { numFreeMatches += 1 }
        }
    }

    private mutating func appendNewBlock(to table: inout BlockTable) {
        guard let block = freeBlocks.popFirst() else { preconditionFailure("the caller counted the free blocks") }
        prefixes.remove(block)
        referenceCounts[Int(block)] = 1
        table.blocks.append(block)
    }

    private mutating func retain(_ block: Int32) {
        if referenceCounts[Int(block)] == 0 { freeBlocks.remove(block) }
        referenceCounts[Int(block)] += 1
    }

    private mutating func release(_ block: Int32) {
        referenceCounts[Int(block)] -= 1
        guard referenceCounts[Int(block)] == 0 else { return }
        if prefixes.contains(block) { freeBlocks.append(block) } else { freeBlocks.prepend(block) }
    }
}
