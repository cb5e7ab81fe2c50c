/// What came of asking for a request's first blocks.
enum Admission {
    /// The table holds what was found.
    case admitted(PrefixHit)
    /// A pool, see `KVCacheManager.numFree`, has too few free blocks.
    case tooFewBlocks(pool: Int)
}

/// What the prefix cache knew of a request's tokens.
struct PrefixHit {
    /// Tokens that need not be computed.
    var numTokens = 0
    /// Leading tokens that others had, at least `numTokens`: where a window or a state is no longer there they are
    /// computed again.
    var numKnownTokens = 0
    /// The slot with the recurrent state after `numTokens` tokens.
    var checkpoint: Int32?
}

/// What a checkpoint may take the place of.
enum CheckpointWorth {
    /// Nothing: it is made where there is room.
    case fillsEmpty
    /// The one that was not used for longest.
    case replacesOldest
    /// The one after so many blocks of the same request, if it is still there, else the oldest.
    case replaces(Int)
}
