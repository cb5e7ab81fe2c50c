/// Limits and policies of one engine; names as vLLM's flags.
public struct EngineConfiguration: Sendable, Hashable {
    /// Order in which waiting requests are admitted.
    public enum SchedulingPolicy: String, Sendable, Hashable, CaseIterable {
        /// First come, first served.
        case fcfs
        /// Lower `priority` first, then arrival.
        case priority
    }

    /// Most tokens of one request, prompt and output together.
    public var maxModelLen: Int
    /// Most requests in one step.
    public var maxNumSeqs: Int = 64
    /// Most tokens in one step.
    public var maxNumBatchedTokens: Int = 512
    /// What a step should take at most while running requests wait for their next token: prompts are computed in
    /// pieces that fit. nil: prompts take all of `maxNumBatchedTokens`.
    public var targetStepTime: Duration? = .milliseconds(250)
    /// Most requests waiting; more are refused. nil: no bound.
    public var maxNumQueuedRequests: Int? = 1024
    /// Token slots of one cache block.
    public var blockSize: Int = 16
    /// Blocks of the KV cache.
    public var numBlocks: Int
    /// Reuse blocks of equal prefixes.
    public var enablePrefixCaching = true
    /// Admission order.
    public var schedulingPolicy = SchedulingPolicy.fcfs
    /// Seeds requests that bring none.
    public var seed: UInt64 = 0
    /// Rows of logits of one step, for `CompileOptions.maxLogitRows`; nil: twice `maxNumSeqs`.
    ///
    /// Every request takes one for its next token; prompt_logprobs share the rest.
    public var maxNumLogitRows: Int?

    /// A configuration with vLLM's habits where they make sense on a CPU.
    public init(maxModelLen: Int, numBlocks: Int) {
        self.maxModelLen = maxModelLen
        self.numBlocks = numBlocks
    }

    /// Most rows of one step whose logits are wanted.
    public var maxLogitRows: Int { maxNumLogitRows ?? 2 * maxNumSeqs }

    /// Blocks of the longest request.
    public var maxBlocksPerRequest: Int { (maxModelLen + blockSize - 1) / blockSize }

    /// Checks that the limits fit together.
    ///
    /// **Throws** `invalidRequest` with vLLM's name of the setting that does not.
    public func validate() throws(EngineError) {
        func require(_ field: String, _ value: Int, atLeast least: Int, because reason: String = "") throws(EngineError)
        {
            guard value < least else { return }
            throw .invalidRequest(field: field, reason: "\(value) is too small, at least \(least) is needed\(reason)")
        }
        try require("max_model_len", maxModelLen, atLeast: 2)
        try require("max_num_seqs", maxNumSeqs, atLeast: 1)
        try require(
            "max_num_batched_tokens", maxNumBatchedTokens, atLeast: maxNumSeqs,
            because: " because every one of max_num_seqs requests takes a token of each step")
        try require(
            "max_num_logit_rows", maxLogitRows, atLeast: maxNumSeqs,
            because: " because every one of max_num_seqs requests takes a row of each step")
        try require("block_size", blockSize, atLeast: 1)
        try require("num_blocks", numBlocks, atLeast: 1)
        try require("max_num_queued_requests", maxNumQueuedRequests ?? 0, atLeast: 0)
        for (field, value) in [("max_model_len", maxModelLen), ("num_blocks", numBlocks * blockSize)] {
            guard value > Int(Int32.max) else { continue }
            throw .invalidRequest(field: field, reason: "\(value) tokens are more than \(Int32.max)")
        }
    }
}

/// Why the engine refused a request or stopped.
public enum EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The request cannot be served; `field` is the OpenAI name of what is wrong.
    case invalidRequest(field: String, reason: String)
    /// The waiting queue is full.
    case queueFull(limit: Int)
    /// The engine is draining or gone.
    case shutDown
    /// The backend failed.
    case backend(String)

    /// What is wrong, and for requests in which field.
    public var description: String {
        switch self {
        case .invalidRequest(let field, let reason): "\(field): \(reason)"
        case .queueFull(let limit): "the waiting queue is full (\(limit) requests); try again later"
        case .shutDown: "the engine is shutting down"
        case .backend(let message): message
        }
    }
}
