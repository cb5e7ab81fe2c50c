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

    /// A configuration with vLLM's habits where they make sense on a CPU.
    public init(maxModelLen: Int, numBlocks: Int) {
        self.maxModelLen = maxModelLen
        self.numBlocks = numBlocks
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

    public var description: String {
        switch self {
        case .invalidRequest(let field, let reason): "\(field): \(reason)"
        case .queueFull(let limit): "the waiting queue is full (\(limit) requests); try again later"
        case .shutDown: "the engine is shutting down"
        case .backend(let message): message
        }
    }
}
