/// Says which cache block belongs to whom: ref-counted blocks, an LRU of free ones, and an index of computed prefixes.
///
/// Layers of full attention have one group of blocks, and those of each sliding window another. A request holds blocks
/// of full attention for all its tokens, of a window for those the window still reads. Prefixes are known by their
/// blocks of full attention, which are numbered even where no layer has such; blocks of windows and copies of recurrent
/// states hang on them. A prefix is found as deep as everything is there that the token after it reads.
///
/// Pure bookkeeping: the bytes belong to the backend. Invariants, checked under the same numbers by `violations`:
/// 1. A block's reference count is the number of block tables it stands in.
/// 2. A block is in the free list, once, exactly when its reference count is 0; the list's links agree both ways.
/// 3. Every registered block is found in the index under its own key, so no two have the same key.
/// 4. The parent of a registered block is registered, and in use or freed later: a prefix outlives its continuations.
/// 5. A table's first `numRegistered` blocks are registered, each the parent of the next; the others are not
///    registered and stand in this table only. So a block that is still written to is never shared.
/// 6. In the free list the blocks without content come before the registered ones.
/// 7. What hangs on a prefix, blocks of windows and checkpoints, hangs on a registered one and knows which.
/// 8. The blocks of windows that a table holds hang on its registered prefixes; those after them hang nowhere and stand
///    in this table only.
/// 9. Among checkpoints the empty ones come first.
struct KVCacheManager {
    /// Blocks of full attention in all.
    let numBlocks: Int
    /// Token slots of a block.
    let blockSize: Int
    /// False: nothing is registered, so nothing is found.
    let isPrefixCachingEnabled: Bool
    /// Most tokens a request computes in one step.
    let maxTokensPerStep: Int
    /// The blocks of full attention.
    private(set) var full: BlockPool
    private(set) var prefixes: PrefixIndex
    /// The groups of sliding windows.
    private(set) var windows: [WindowGroup]
    /// Copies of recurrent states; nil where there are none.
    private(set) var checkpoints: StateCheckpoints?
    private let isFullBacked: Bool
    /// Blocks in a row that each window found behind a prefix; kept to allocate nothing.
    private var runs: [Int]

    /// A cache with all blocks free and without content.
    init(_ configuration: EngineConfiguration) {
        let numBlocks = configuration.numBlocks
        let numCheckpoints = configuration.numStateCheckpoints
        self.numBlocks = numBlocks
        blockSize = configuration.blockSize
        isPrefixCachingEnabled = configuration.usesPrefixCache && numCheckpoints != 0
        maxTokensPerStep = configuration.maxNumBatchedTokens
        isFullBacked = configuration.hasFullLayers
        full = BlockPool(numBlocks: numBlocks)
        prefixes = PrefixIndex(numBlocks: numBlocks, blockSize: configuration.blockSize)
        windows = configuration.windows.map {
            WindowGroup($0, blockSize: configuration.blockSize, numPrefixes: numBlocks)
        }
        runs = Array(repeating: 0, count: windows.count)
        if let numCheckpoints, isPrefixCachingEnabled {
            checkpoints = StateCheckpoints(
                firstSlot: configuration.maxNumSeqs, count: numCheckpoints, numPrefixes: numBlocks)
        }
    }

    /// Share of the blocks in use, from 0 to 1, of the fullest group.
    var usage: Double { windows.reduce(isFullBacked ? full.usage : 0) { max($0, $1.pool.usage) } }

    /// True while no request holds a block.
    var isUnused: Bool { full.numFree == numBlocks }

    /// Blocks that hold `numTokens` tokens.
    func numBlocks(for numTokens: Int) -> Int { (numTokens + blockSize - 1) / blockSize }

    /// Blocks of a pool nobody uses: 0 is full attention, the windows follow.
    func numFree(pool: Int) -> Int { pool == 0 ? full.numFree : windows[pool - 1].pool.numFree }

    /// Gives an empty table blocks for `tokens`, those of the longest cached prefix first.
    ///
    /// Blocks of full attention are for all tokens; of windows only those of the prefix, but at least as many are free
    /// as the request then needs at a time. At least the last token is left to compute, because its logits are wanted.
    /// Where blocks are too few nothing is changed.
    mutating func admit(
        _ tokens: [Int32], salt: PrefixSalt, readsPrefixCache: Bool, table: inout BlockTable
    ) -> Admission {
        precondition(table.blocks.isEmpty && table.windows.count == windows.count)
        var hit = PrefixHit()
        if isPrefixCachingEnabled, readsPrefixCache { hit = matchPrefix(of: tokens, salt: salt, table: &table) }
        if let pool = scarcePool(for: table, numTokens: tokens.count) {
            table.removeAll()
            return .tooFewBlocks(pool: pool)
        }
        for block in table.blocks { full.retain(block) }
        for window in windows.indices {
            for block in table.windows[window].blocks[table.windows[window].numReleased...] {
                windows[window].pool.retain(block)
            }
        }
        if let last = table.blocks.last { hit.checkpoint = checkpoints?.use(last) }
        for _ in table.blocks.count..<numBlocks(for: tokens.count) { appendNewBlock(to: &table) }
        return .admitted(hit)
    }

    /// Lets the table hold `numTokens` tokens; false, with nothing changed, when there are too few free blocks.
    mutating func extend(_ table: inout BlockTable, toHold numTokens: Int) -> Bool {
        let needed = numBlocks(for: numTokens)
        guard needed - table.blocks.count <= full.numFree else { return false }
        for window in windows.indices {
            guard needed - table.windows[window].blocks.count <= windows[window].pool.numFree else { return false }
        }
        while table.blocks.count < needed { appendNewBlock(to: &table) }
        for window in windows.indices {
            while table.windows[window].blocks.count < needed {
                table.windows[window].blocks.append(windows[window].take())
            }
        }
        return true
    }

    /// Takes in that a table's first `numComputed` tokens are computed: registers the blocks they have filled, so that
    /// others find them, and gives back the blocks of windows that are no longer read.
    mutating func advance(
        _ table: inout BlockTable, toComputed numComputed: Int, of tokens: [Int32], salt: PrefixSalt
    ) {
        if isPrefixCachingEnabled { register(numComputed, of: tokens, salt: salt, table: &table) }
        for window in windows.indices {
            let numReleased = windows[window].numReleased(before: numComputed)
            while table.windows[window].numReleased < numReleased {
                let place = table.windows[window].numReleased
                windows[window].release(table.windows[window].blocks[place])
                table.windows[window].blocks[place] = 0
                table.windows[window].numReleased += 1
            }
        }
    }

    /// Gives all blocks of a table back; registered ones stay findable until they are taken again.
    mutating func free(_ table: inout BlockTable) {
        // The end of a prefix goes first, so that it is also evicted before the beginning.
        for block in table.blocks.reversed() { release(block) }
        for window in windows.indices {
            for block in table.windows[window].blocks[table.windows[window].numReleased...].reversed() {
                windows[window].release(block)
            }
        }
        table.removeAll()
    }

    /// The slot to copy the state to that stands after the registered blocks of a table.
    ///
    /// Nil when it is kept already or not worth forgetting another one for it.
    mutating func addCheckpoint(of table: BlockTable, _ worth: CheckpointWorth) -> Int32? {
        guard checkpoints != nil, table.numRegistered > 0 else { return nil }
        let prefix = table.blocks[table.numRegistered - 1]
        guard checkpoints?.use(prefix) == nil else { return nil }
        switch worth {
        case .fillsEmpty where checkpoints?.hasRoom == false: return nil
        case .fillsEmpty, .replacesOldest: return checkpoints?.add(prefix, replacing: nil)
        case .replaces(let numBlocks):
            return checkpoints?.add(prefix, replacing: numBlocks > 0 ? table.blocks[numBlocks - 1] : nil)
        }
    }

    /// Forgets all prefixes; false, with nothing changed, while a block is in use.
    mutating func resetPrefixCache() -> Bool {
        guard isUnused else { return false }
        for block in 0..<Int32(numBlocks) where prefixes.contains(block) { forget(block) }
        return true
    }

    /// Puts the deepest usable prefix of `tokens` into an empty table, without taking the blocks.
    private mutating func matchPrefix(of tokens: [Int32], salt: PrefixSalt, table: inout BlockTable) -> PrefixHit {
        let maxMatches = (tokens.count - 1) / blockSize
        for window in runs.indices { runs[window] = 0 }
        var numUsable = 0
        var last: PrefixID?
        while table.blocks.count < maxMatches {
            let start = table.blocks.count * blockSize
            let content = tokens[start..<start + blockSize]
            guard let match = prefixes.find(content, after: last, salt: salt) else { break }
            table.blocks.append(match.block)
            last = match.id
            if isUsable(match.block, numBlocks: table.blocks.count) {
                numUsable = table.blocks.count
                table.lastPrefix = match.id
            }
        }
        let numMatched = table.blocks.count
        table.blocks.removeLast(numMatched - numUsable)
        table.numRegistered = numUsable
        for window in windows.indices {
            let numReleased = windows[window].numReleased(before: numUsable * blockSize)
            table.windows[window].numReleased = numReleased
            for (place, prefix) in table.blocks.enumerated() {
                let block = place < numReleased ? 0 : windows[window].content.thing(on: prefix)
                guard let block else { preconditionFailure("a usable prefix lacks a block of a window") }
                table.windows[window].blocks.append(block)
            }
        }
        return PrefixHit(numTokens: numUsable * blockSize, numKnownTokens: numMatched * blockSize)
    }

    /// Whether everything is there that the token after a prefix of `numBlocks` blocks reads; told block by block.
    private mutating func isUsable(_ block: Int32, numBlocks: Int) -> Bool {
        var isUsable = checkpoints?.contains(block) ?? true
        for window in windows.indices {
            runs[window] = windows[window].content.thing(on: block) == nil ? 0 : runs[window] + 1
            let numRead = numBlocks - windows[window].numReleased(before: numBlocks * blockSize)
            if runs[window] < numRead { isUsable = false }
        }
        return isUsable
    }

    /// The pool with too few free blocks for a request of `numTokens` tokens whose table holds what it found.
    private func scarcePool(for table: BlockTable, numTokens: Int) -> Int? {
        let needed = numBlocks(for: numTokens)
        var numTaken = needed - table.blocks.count
        for block in table.blocks where full.isFree(block) { numTaken += 1 }
        if numTaken > full.numFree { return 0 }
        for (index, window) in windows.enumerated() {
            let found = table.windows[index]
            let mostAtOnce = EngineConfiguration.maxBlocksAtOnce(
                window: min(window.window, numTokens), step: maxTokensPerStep, blockSize: blockSize)
            var numTaken = min(needed, found.numReleased + mostAtOnce) - found.blocks.count
            for block in found.blocks[found.numReleased...] where window.pool.isFree(block) { numTaken += 1 }
            if numTaken > window.pool.numFree { return index + 1 }
        }
        return nil
    }

    /// Registers the blocks that `numComputed` tokens have filled.
    ///
    /// A block whose content is already registered is given back and the registered one takes its place.
    private mutating func register(
        _ numComputed: Int, of tokens: [Int32], salt: PrefixSalt, table: inout BlockTable
    ) {
        let numFull = numComputed / blockSize
        while table.numRegistered < numFull {
            let place = table.numRegistered
            let block = table.blocks[place]
            let content = tokens[place * blockSize..<(place + 1) * blockSize]
            if let twin = prefixes.find(content, after: table.lastPrefix, salt: salt) {
                full.retain(twin.block)
                table.blocks[place] = twin.block
                table.lastPrefix = twin.id
                release(block)
            } else {
                table.lastPrefix = prefixes.insert(block, content, after: table.lastPrefix, salt: salt)
            }
            for window in windows.indices { registerWindow(window, place, &table) }
            table.numRegistered += 1
        }
    }

    private mutating func registerWindow(_ window: Int, _ place: Int, _ table: inout BlockTable) {
        let block = table.windows[window].blocks[place]
        if let twin = windows[window].content.thing(on: table.blocks[place]) {
            windows[window].pool.retain(twin)
            table.windows[window].blocks[place] = twin
            windows[window].release(block)
        } else {
            windows[window].content.attach(block, to: table.blocks[place])
        }
    }

    private mutating func appendNewBlock(to table: inout BlockTable) {
        let block = full.take()
        forget(block)
        table.blocks.append(block)
    }

    /// Forgets the prefix that a block ends, and what hangs on it.
    private mutating func forget(_ block: Int32) {
        guard prefixes.contains(block) else { return }
        prefixes.remove(block)
        for window in windows.indices { windows[window].forget(prefix: block) }
        checkpoints?.forget(prefix: block)
    }

    private mutating func release(_ block: Int32) { full.release(block, isWorthKeeping: prefixes.contains(block)) }
}
