/// One step's input in vLLM's terms, allocated once and refilled in place; prefill and decode rows mix freely.
///
/// Invariants a backend may rely on:
/// 1. `queryStartLoc[0] == 0`, ascending, `queryStartLoc[numRequests] == numTokens`; every request has a token.
/// 2. The tokens of request r stand at consecutive positions that end at `seqLens[r] - 1`.
/// 3. For every group, `slotMapping[t] == blockTables[r][position / blockSize] * blockSize + position % blockSize`.
/// 4. In a sliding window's group only the blocks of the step's tokens and of the window before them are valid.
/// 5. `logitRows` are ascending token indices.
public final class InputBatch {
    /// Capacity in tokens.
    public let maxTokens: Int
    /// Capacity in requests.
    public let maxRequests: Int
    /// Row length of `blockTables`.
    public let maxBlocksPerRequest: Int
    /// Capacity in wanted rows.
    public let maxLogitRows: Int
    /// Groups of the cache, see `KVCacheLayout`.
    public let numGroups: Int

    /// Tokens of this step.
    public var numTokens = 0
    /// Requests of this step.
    public var numRequests = 0
    /// Rows of this step whose logits are wanted.
    public var numLogitRows = 0

    /// Row-major rows that `Op.features` reads, owned by whoever sets it: `[numTokens * rowsPerToken, width]`.
    public var features: UnsafePointer<Float>?
    /// Where cross attentions write the weights of their alignment heads, owned by whoever sets it; nil: nobody looks.
    ///
    /// `[numTokens, Program.numAlignmentHeads, numPositions]`.
    public var crossWeights: UnsafeMutablePointer<Float>?

    /// `[numTokens]` vocabulary indices.
    public let tokenIDs: UnsafeMutablePointer<Int32>
    /// `[numTokens]` positions in their request, from 0.
    public let positions: UnsafeMutablePointer<Int32>
    /// `[numTokens]` which of two texts each token belongs to; all 0 unless set.
    public let tokenTypes: UnsafeMutablePointer<Int32>
    /// `[numRequests + 1]` index of each request's first token.
    public let queryStartLoc: UnsafeMutablePointer<Int32>
    /// `[numRequests]` tokens in the cache once this step is done.
    public let seqLens: UnsafeMutablePointer<Int32>
    /// `[numRequests]` slot of the request's recurrent state, read and written by the step.
    public let stateSlots: UnsafeMutablePointer<Int32>
    /// `[numRequests]` slot of the keys and values of the request's encoder positions.
    public let crossSlots: UnsafeMutablePointer<Int32>
    /// `[numRequests]` 1 where the request's rotations are those of `RotaryEmbedding.long`, else 0.
    public let usesLongRotary: UnsafeMutablePointer<Int32>
    /// `[numLogitRows]` token indices, ascending.
    public let logitRows: UnsafeMutablePointer<Int32>

    private let slotMappings: UnsafeMutablePointer<Int32>
    private let allBlockTables: UnsafeMutablePointer<Int32>

    /// An empty batch of the given capacity.
    public init(
        maxTokens: Int, maxRequests: Int, maxBlocksPerRequest: Int, maxLogitRows: Int, numGroups: Int = 1
    ) {
        self.maxTokens = maxTokens
        self.maxRequests = maxRequests
        self.maxBlocksPerRequest = maxBlocksPerRequest
        self.maxLogitRows = maxLogitRows
        self.numGroups = numGroups
        func zeros(_ count: Int) -> UnsafeMutablePointer<Int32> {
            let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
            pointer.initialize(repeating: 0, count: max(count, 1))
            return pointer
        }
        tokenIDs = zeros(maxTokens)
        positions = zeros(maxTokens)
        tokenTypes = zeros(maxTokens)
        slotMappings = zeros(numGroups * maxTokens)
        queryStartLoc = zeros(maxRequests + 1)
        seqLens = zeros(maxRequests)
        stateSlots = zeros(maxRequests)
        crossSlots = zeros(maxRequests)
        usesLongRotary = zeros(maxRequests)
        allBlockTables = zeros(numGroups * maxRequests * maxBlocksPerRequest)
        logitRows = zeros(maxLogitRows)
    }

    deinit {
        for pointer in [
            tokenIDs, positions, tokenTypes, slotMappings, queryStartLoc, seqLens, stateSlots, crossSlots,
            usesLongRotary, allBlockTables, logitRows,
        ] { pointer.deallocate() }
    }

    /// `[numTokens]` cache slots of a group the tokens' keys and values go to: block number * block size + offset.
    public func slotMapping(group: Int = 0) -> UnsafeMutablePointer<Int32> { slotMappings + group * maxTokens }

    /// `[numRequests, maxBlocksPerRequest]` block numbers of a group in order of position.
    public func blockTables(group: Int = 0) -> UnsafeMutablePointer<Int32> {
        allBlockTables + group * maxRequests * maxBlocksPerRequest
    }
}
