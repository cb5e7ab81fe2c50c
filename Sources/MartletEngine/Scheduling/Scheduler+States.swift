import MartletModelIR

/// Recurrent states: a slot for every running request, and copies at the ends of prefixes.
///
/// A state belongs to exactly one number of tokens, so a prefix can only be found where a copy was made. Copies are large,
/// so few are made: at the last block border of a prompt, for the next request with the same prompt; where a prompt
/// parts from those before it, for the next one that begins alike; at the ends of other chunks where there is room; and
/// every `blocksPerCheckpoint` blocks of output one that takes the place of the one before it, for the next turn.
extension Scheduler {
    /// Blocks of output between checkpoints.
    private static let blocksPerCheckpoint = 8

    /// Gives a request that was just admitted a slot, and the state it goes on from.
    mutating func takeStateSlot(_ request: Request, _ hit: PrefixHit) {
        guard let slot = freeStateSlots.popLast() else { preconditionFailure("more requests run than may") }
        request.stateSlot = slot
        request.numSharedTokens = hit.numKnownTokens
        request.numCheckpointedBlocks = 0
        if let checkpoint = hit.checkpoint { output.stateCopies.append(StateCopy(source: checkpoint, target: slot)) }
    }

    /// A chunk of at most `numTokens` tokens that ends where the state is worth keeping, if it can.
    func checkpointedChunk(of request: Request, _ numTokens: Int) -> Int {
        let first = request.numComputedTokens
        let end = first + numTokens
        let shared = request.numSharedTokens
        if first < shared, shared < end { return shared - first }
        let last = lastBorder(of: request)
        if first < last, last < end { return last - first }
        let border = end / configuration.blockSize * configuration.blockSize
        return end < request.tokenIDs.count && border > first ? border - first : numTokens
    }

    /// Has the state of a request copied before the next step if it stands where that is worth it.
    mutating func saveState(_ request: Request) {
        let numTokens = request.numComputedTokens
        guard numTokens % configuration.blockSize == 0, let slot = request.stateSlot else { return }
        let numBlocks = numTokens / configuration.blockSize
        let worth: CheckpointWorth
        if numTokens == request.numSharedTokens || numTokens == lastBorder(of: request) {
            worth = .replacesOldest
        } else if numTokens < request.numPromptTokens {
            worth = .fillsEmpty
        } else if numBlocks % Self.blocksPerCheckpoint == 0 {
            worth = .replaces(request.numCheckpointedBlocks)
        } else {
            return
        }
        guard let target = cache.addCheckpoint(of: request.table, worth) else { return }
        if case .replaces = worth { request.numCheckpointedBlocks = numBlocks }
        output.stateCopies.append(StateCopy(source: slot, target: target))
    }

    /// Tokens up to the last block border of the prompt that leaves one to compute.
    private func lastBorder(of request: Request) -> Int {
        (request.numPromptTokens - 1) / configuration.blockSize * configuration.blockSize
    }
}
