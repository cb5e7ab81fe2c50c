/// The blocks of all layers with one sliding window, and the prefixes whose tokens they hold.
struct WindowGroup {
    /// Tokens the layers read, the token itself included.
    let window: Int
    /// Token slots of a block.
    let blockSize: Int
    /// Its blocks.
    var pool: BlockPool
    /// Which block holds the last tokens of which prefix.
    var content: PrefixAttachments

    /// A group with all blocks free; `numPrefixes` is the number of blocks of full attention.
    init(_ window: EngineConfiguration.WindowBlocks, blockSize: Int, numPrefixes: Int) {
        self.window = window.window
        self.blockSize = blockSize
        pool = BlockPool(numBlocks: window.numBlocks)
        content = PrefixAttachments(numThings: window.numBlocks, numPrefixes: numPrefixes)
    }

    /// Leading blocks that the token at `position` and those after it no longer read.
    func numReleased(before position: Int) -> Int { max(0, position - window + 1) / blockSize }

    /// A block for one table, without content.
    mutating func take() -> Int32 {
        let block = pool.take()
        content.detach(block)
        return block
    }

    /// Counts one table less that uses `block`.
    mutating func release(_ block: Int32) {
        pool.release(block, isWorthKeeping: content.prefix(of: block) != nil)
    }

    /// Forgets what belongs to a prefix that nobody uses.
    mutating func forget(prefix: Int32) {
        guard let block = content.thing(on: prefix) else { return }
        content.detach(block)
        pool.demote(block)
    }
}
