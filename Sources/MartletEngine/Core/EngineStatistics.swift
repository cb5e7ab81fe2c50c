/// A snapshot of the engine's counters, for metrics and health checks; counters only grow.
public struct EngineStatistics: Sendable {
    /// Requests that hold cache blocks and take part in every step.
    public var numRunning = 0
    /// Requests that wait for a place.
    public var numWaiting = 0
    /// Share of the cache's blocks in use, from 0 to 1.
    public var kvCacheUsage = 0.0
    /// Times a running request had to give its blocks back.
    public var numPreemptions = 0
    /// Tokens looked up in the prefix cache.
    public var prefixCacheQueries = 0
    /// Tokens found there.
    public var prefixCacheHits = 0
    /// Inputs the encoder ran over.
    public var encoderInputsEncoded = 0
    /// Times a request found its input encoded.
    public var encoderInputsReused = 0
    /// Prompt tokens of requests whose first token is out.
    public var promptTokens = 0
    /// Tokens generated.
    public var generationTokens = 0
    /// Steps run.
    public var numSteps = 0
    /// Tokens computed per step.
    public var stepTokens = StepTokenHistogram()
    /// When the last step began or ended, nil before the first; with requests running, an old one tells of a stuck engine.
    public var lastStep: ContinuousClock.Instant?

    /// Zeros.
    public init() {}
}

/// Counts of steps by their number of tokens, without storage of its own.
///
/// **Source**: the buckets of vLLM's `vllm:iteration_tokens_total`.
public struct StepTokenHistogram: Sendable {
    /// Upper bounds, inclusive, of all buckets but the last, which has none.
    public static let upperBounds = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384]
    /// Tokens of all steps.
    public private(set) var sum = 0
    private var buckets = SIMD16<UInt64>()

    /// An empty histogram.
    init() {}

    /// Steps in each bucket, not cumulated; one more than `upperBounds`.
    public var counts: [UInt64] { (0...Self.upperBounds.count).map { buckets[$0] } }

    /// Counts a step.
    mutating func record(_ numTokens: Int) {
        sum += numTokens
        buckets[Self.upperBounds.firstIndex { numTokens <= $0 } ?? Self.upperBounds.count] += 1
    }
}
