public import ArgumentParser
public import Martlet
public import MartletEngine
import MartletJSON
import MartletModelIR

extension LLMConfiguration.DType: ExpressibleByArgument {}
extension LLMConfiguration.BackendKind: ExpressibleByArgument {}
extension EngineConfiguration.SchedulingPolicy: ExpressibleByArgument {}

/// `--kv-cache-dtype`.
enum KVCacheDTypeArgument: String, ExpressibleByArgument, CaseIterable {
    case auto, float32, bfloat16, int8

    /// nil for `auto`.
    var dtype: KVCacheDType? {
        switch self {
        case .auto: nil
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .int8: .int8
        }
    }
}

/// How the engine runs; spelled as vLLM's flags.
struct EngineOptions: ParsableArguments {
    @Option(help: "Arithmetic: auto is the fastest that is exact enough; float32 is for comparisons.")
    var dtype = LLMConfiguration.DType.auto

    @Option(help: "Storage of the KV cache; auto is bfloat16.")
    var kvCacheDtype = KVCacheDTypeArgument.auto

    @Option(
        help: ArgumentHelp(
            "Memory of the KV cache, such as 2G (default: by need and what is free).", valueName: "bytes"))
    var kvCacheMemoryBytes: CountArgument?

    @Option(
        help: ArgumentHelp("Most tokens of one request, such as 8K (default: the model's own).", valueName: "tokens"))
    var maxModelLen: CountArgument?

    @Option(help: ArgumentHelp("Most requests in one step (default: 64; chat and complete: 1).", valueName: "n"))
    var maxNumSeqs: CountArgument?

    @Option(help: ArgumentHelp("Most tokens in one step.", valueName: "tokens"))
    var maxNumBatchedTokens = CountArgument(512)

    @Option(
        help: ArgumentHelp(
            "Time a step should take while requests wait for their next token; longer prompts are cut (0: no limit).",
            valueName: "ms"))
    var targetStepTimeMs = 250

    @Option(help: ArgumentHelp("Most requests waiting; more get 503.", valueName: "n"))
    var maxNumQueuedReqs = CountArgument(1024)

    @Option(help: ArgumentHelp("Tokens of one KV cache block.", valueName: "tokens"))
    var blockSize = CountArgument(16)

    @Flag(name: .customLong("enable-prefix-caching"), help: "Reuse the cache of equal prompt beginnings (default).")
    var enablePrefixCaching = false

    @Flag(name: .customLong("no-enable-prefix-caching"), help: "Compute every prompt from its beginning.")
    var disablePrefixCaching = false

    @Option(help: "Order of admission.")
    var schedulingPolicy = EngineConfiguration.SchedulingPolicy.fcfs

    @Option(help: "Seeds requests that bring no seed (default: 0; chat and complete: a new one every time).")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Threads of the forward pass (default: physical cores).", valueName: "n"))
    var threads: CountArgument?

    @Option(help: "Where to compute: cpu, or the slow reference implementation.")
    var backend = LLMConfiguration.BackendKind.cpu

    @Option(help: ArgumentHelp("Force a kernel set (default: the best this processor has).", valueName: "name"))
    var kernels: String?

    mutating func validate() throws {
        guard targetStepTimeMs >= 0 else {
            throw ValidationError("--target-step-time-ms \(targetStepTimeMs) is negative; 0 means no limit")
        }
        guard !(enablePrefixCaching && disablePrefixCaching) else {
            throw ValidationError("--enable-prefix-caching and --no-enable-prefix-caching contradict each other")
        }
    }

    /// Writes these choices into a configuration; what was left out keeps the configuration's value.
    func apply(to configuration: inout LLMConfiguration) {
        configuration.dtype = dtype
        configuration.kvCacheDType = kvCacheDtype.dtype
        configuration.kvCacheMemoryBytes = kvCacheMemoryBytes?.value
        configuration.maxModelLen = maxModelLen?.value ?? configuration.maxModelLen
        configuration.maxNumSeqs = maxNumSeqs?.value ?? configuration.maxNumSeqs
        configuration.maxNumBatchedTokens = maxNumBatchedTokens.value
        configuration.targetStepTime = targetStepTimeMs > 0 ? .milliseconds(targetStepTimeMs) : nil
        configuration.maxNumQueuedRequests = maxNumQueuedReqs.value
        configuration.blockSize = blockSize.value
        if enablePrefixCaching { configuration.enablePrefixCaching = true }
        if disablePrefixCaching { configuration.enablePrefixCaching = false }
        configuration.schedulingPolicy = schedulingPolicy
        configuration.seed = seed ?? configuration.seed
        configuration.numThreads = threads?.value
        configuration.backend = backend
        configuration.kernels = kernels
    }
}
