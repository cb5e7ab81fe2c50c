/// The cache blocks of one request, in order of position.
struct BlockTable {
    /// Block numbers; block i holds positions `i * blockSize ..< (i + 1) * blockSize`.
    var blocks: [Int32] = []
    /// Leading blocks that are in the prefix index.
    var numRegistered = 0
    /// The prefix the last registered block ends; nil while none is registered.
    var lastPrefix: PrefixID?
}
