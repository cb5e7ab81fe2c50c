/// Limits of a pooling engine; names as vLLM's flags.
public struct PoolingConfiguration: Sendable, Hashable {
    /// Most tokens of one sequence.
    public var maxModelLen: Int
    /// Most sequences in one step.
    public var maxNumSeqs = 64
    /// Most tokens in one step; sequences that are longer must be causal.
    public var maxNumBatchedTokens: Int
    /// Most sequences waiting; more are refused. nil: no bound.
    public var maxNumQueuedRequests: Int? = 1024
    /// Token slots of one cache block.
    public var blockSize = 16

    /// Limits for sequences of at most `maxModelLen` tokens.
    public init(maxModelLen: Int, maxNumBatchedTokens: Int) {
        self.maxModelLen = maxModelLen
        self.maxNumBatchedTokens = maxNumBatchedTokens
    }

    /// Blocks of the longest sequence.
    public var maxBlocksPerRequest: Int { (maxModelLen + blockSize - 1) / blockSize }

    /// Blocks that any step may need at once; nothing is kept from step to step but a long sequence's own.
    public var numBlocks: Int {
        max(maxBlocksPerRequest, (maxNumBatchedTokens + blockSize - 1) / blockSize + maxNumSeqs)
    }
}
