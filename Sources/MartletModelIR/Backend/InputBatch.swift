/// One step's input in vLLM's terms, allocated once and refilled in place; prefill and decode rows mix freely.
///
/// Invariants a backend may rely on:
/// 1. `queryStartLoc[0] == 0`, ascending, `queryStartLoc[numRequests] == numTokens`; every request has a token.
/// 2. The tokens of request r stand at consecutive positions that end at `seqLens[r] - 1`.
/// 3. `slotMapping[t] == blockTables[r][position / blockSize] * blockSize + position % blockSize`.
/// 4. `logitRows` are ascending token indices.
public final class InputBatch {
    /// Capacity in tokens.
    public let maxTokens: Int
    /// Capacity in requests.
    public let maxRequests: Int
    /// Row length of `blockTables`.
    public let maxBlocksPerRequest: Int
    /// Capacity in wanted rows.
    public let maxLogitRows: Int

    /// Tokens of this step.
    public var numTokens = 0
    /// Requests of this step.
    public var numRequests = 0
    /// Rows of this step whose logits are wanted.
    public var numLogitRows = 0

    /// `[numTokens]` vocabulary indices.
    public let tokenIDs: UnsafeMutablePointer<Int32>
    /// `[numTokens]` positions in their request, from 0.
    public let positions: UnsafeMutablePointer<Int32>
    /// `[numTokens]` cache slots the tokens' keys and values go to: block number * block size + offset.
    public let slotMapping: UnsafeMutablePointer<Int32>
    /// `[numRequests + 1]` index of each request's first token.
    public let queryStartLoc: UnsafeMutablePointer<Int32>
    /// `[numRequests]` tokens in the cache once this step is done.
    public let seqLens: UnsafeMutablePointer<Int32>
    /// `[numRequests, maxBlocksPerRequest]` block numbers in order of position.
    public let blockTables: UnsafeMutablePointer<Int32>
    /// `[numLogitRows]` token indices, ascending.
    public let logitRows: UnsafeMutablePointer<Int32>

    /// An empty batch of the given capacity.
    public init(maxTokens: Int, maxRequests: Int, maxBlocksPerRequest: Int, maxLogitRows: Int) {
        self.maxTokens = maxTokens
        self.maxRequests = maxRequests
        self.maxBlocksPerRequest = maxBlocksPerRequest
        self.maxLogitRows = maxLogitRows
        func zeros(_ count: Int) -> UnsafeMutablePointer<Int32> {
            let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
            pointer.initialize(repeating: 0, count: max(count, 1))
            return pointer
        }
        tokenIDs = zeros(maxTokens)
        positions = zeros(maxTokens)
        slotMapping = zeros(maxTokens)
        queryStartLoc = zeros(maxRequests + 1)
        seqLens = zeros(maxRequests)
        blockTables = zeros(maxRequests * maxBlocksPerRequest)
        logitRows = zeros(maxLogitRows)
    }

    deinit {
        for pointer in [tokenIDs, positions, slotMapping, queryStartLoc, seqLens, blockTables, logitRows] {
            pointer.deallocate()
        }
    }
}
