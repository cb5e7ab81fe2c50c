/// The cache blocks of one request, in order of position.
struct BlockTable {
    /// Block numbers; block i holds positions `i * blockSize ..< (i + 1) * blockSize`.
    var blocks: [Int32] = []
    /// Leading blocks that are in the prefix index.
    var numRegistered = 0
    /// The prefix the last registered block ends; nil while none is registered.
    var lastPrefix: PrefixID?
    /// The blocks in the groups of sliding windows, in the order of `KVCacheManager.windows`.
    var windows: [WindowTable]

    /// The blocks of a request in one window's group; places as in the table they belong to.
    struct WindowTable {
        /// Block numbers; 0 at the places that were released.
        var blocks: [Int32] = []
        /// Leading places whose blocks are no longer needed and were given back, or never taken.
        var numReleased = 0
    }

    /// An empty table of a request in a cache with so many windows, with room for `capacity` blocks.
    init(numWindows: Int = 0, capacity: Int = 0) {
        windows = Array(repeating: WindowTable(), count: numWindows)
        blocks.reserveCapacity(capacity)
        for window in windows.indices { windows[window].blocks.reserveCapacity(capacity) }
    }

    /// Forgets all blocks and keeps the memory.
    mutating func removeAll() {
        blocks.removeAll(keepingCapacity: true)
        numRegistered = 0
        lastPrefix = nil
        for window in windows.indices {
            windows[window].blocks.removeAll(keepingCapacity: true)
            windows[window].numReleased = 0
        }
    }
}
