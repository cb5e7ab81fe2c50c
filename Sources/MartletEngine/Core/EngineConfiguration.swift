public import MartletModelIR

/// Limits and policies of one engine; names as vLLM's flags.
public struct EngineConfiguration: Sendable, Hashable {
    /// Order in which waiting requests are admitted.
    public enum SchedulingPolicy: String, Sendable, Hashable, CaseIterable {
        /// First come, first served.
        case fcfs
        /// Lower `priority` first, then arrival.
        case priority
    }

    /// The blocks of all layers with one sliding window.
    public struct WindowBlocks: Sendable, Hashable {
        /// Tokens the layers read, the token itself included.
        public var window: Int
        /// Blocks of each layer.
        public var numBlocks: Int

        /// Blocks for a window.
        public init(window: Int, numBlocks: Int) {
            self.window = window
            self.numBlocks = numBlocks
        }
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
    /// Blocks of the KV cache for layers that read all tokens.
    ///
    /// Prefixes are known by them, so they are counted, but take no bytes, where there are no such layers.
    public var numBlocks: Int
    /// Whether layers read all tokens.
    public var hasFullLayers = true
    /// Blocks for layers that read a sliding window, shortest window first.
    public var windows: [WindowBlocks] = []
    /// Copies of recurrent states that the prefix cache may keep; nil: no layer has a state.
    public var numStateCheckpoints: Int?
    /// Slots for what an encoder makes of inputs, each for one input at a time; 0: the model has no encoder.
    ///
    /// Models with an encoder go without the prefix cache: what their tokens become depends on the input as well.
    public var numCrossSlots = 0
    /// Most inputs encoded in one step; only one is while running requests wait for their next token.
    public var maxNumEncoderInputs = 1
    /// Requests of more tokens take `RotaryEmbedding.long`; nil: there is no such variant.
    public var longRotaryLength: Int?
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
    public var maxBlocksPerRequest: Int { (maxModelLen - 1) / blockSize + 1 }

    /// Most blocks a request holds at a time for layers of a window when a step computes `step` tokens of it.
    public static func maxBlocksAtOnce(window: Int, step: Int, blockSize: Int) -> Int {
        // The first token of the step reads `window - 1` before it; the first block and the last may be cut.
        (window - 1 + step - 1 + blockSize - 1) / blockSize + 1
    }

    /// Groups of blocks the backend's cache has: full attention first, if there is any, then the windows.
    public var numGroups: Int { (hasFullLayers ? 1 : 0) + windows.count }

    /// Slots for recurrent states, one for every running request and the checkpoints; 0 where no layer has a state.
    public var numStateSlots: Int { numStateCheckpoints.map { maxNumSeqs + $0 } ?? 0 }

    /// Whether equal prefixes share blocks.
    var usesPrefixCache: Bool { enablePrefixCaching && numCrossSlots == 0 }

    /// The layout of a cache with these blocks for layers that keep `specs`.
    public func cacheLayout(_ specs: [KVCacheSpec]) -> KVCacheLayout {
        KVCacheLayout(
            specs, blockSize: blockSize, numStateSlots: numStateSlots, numCrossSlots: numCrossSlots
        ) { kind in
            kind.window.map { window in windows.first { $0.window == window }?.numBlocks ?? 0 } ?? numBlocks
        }
    }

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
        try require("num_state_checkpoints", numStateCheckpoints ?? 0, atLeast: 0)
        try require("num_cross_slots", numCrossSlots, atLeast: 0)
        try require("max_num_encoder_inputs", maxNumEncoderInputs, atLeast: 1)
        for group in windows {
            try require("sliding_window", group.window, atLeast: 1)
            let atOnce = Self.maxBlocksAtOnce(
                window: min(group.window, maxModelLen), step: maxNumBatchedTokens, blockSize: blockSize)
            try require(
                "num_blocks", group.numBlocks, atLeast: min(atOnce, maxBlocksPerRequest),
                because: " for one request in the layers with a sliding window of \(group.window) tokens")
        }
        let numSlots = windows.map(\.numBlocks) + [numBlocks]
        for (field, value) in [("max_model_len", maxModelLen)] + numSlots.map({ ("num_blocks", $0 * blockSize) }) {
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
