public import MartletModelIR

/// The runner over a backend's executable: fills one input batch in place, runs it, samples.
///
/// Engine thread only; allocates nothing after init.
public final class BackendModelRunner: ModelRunner {
    public static let contractVersion = 1

    private let executable: any Executable
    private let kvCache: any KVCacheStorage
    private let sampler: any Sampler
    private let batch: InputBatch
    private let blockSize: Int
    private var sampling: SamplingBatch?

    /// A runner for steps within the limits of `configuration`.
    ///
    /// `executable` must have been compiled for these limits and `kvCache` have the configured blocks.
    public init(
        executable: any Executable, kvCache: any KVCacheStorage, sampler: any Sampler,
        configuration: EngineConfiguration
    ) {
        precondition(
            kvCache.blockSize == configuration.blockSize && kvCache.numBlocks >= configuration.numBlocks,
            "the cache has \(kvCache.numBlocks) blocks of \(kvCache.blockSize) slots, "
                + "the engine expects \(configuration.numBlocks) of \(configuration.blockSize)")
        self.executable = executable
        self.kvCache = kvCache
        self.sampler = sampler
        blockSize = configuration.blockSize
        batch = InputBatch(
            maxTokens: configuration.maxNumBatchedTokens, maxRequests: configuration.maxNumSeqs,
            maxBlocksPerRequest: configuration.maxBlocksPerRequest, maxLogitRows: configuration.maxLogitRows)
    }

    public var vocabSize: Int { executable.outputWidth }

    public func submit(_ step: SchedulerOutput) throws(EngineError) {
        fillBatch(step)
        sampling = step.sampling
        do { try executable.submit(batch, kvCache: kvCache) } catch { throw .backend(error.description) }
    }

    public func collect() throws(EngineError) -> ModelRunnerOutput {
        guard let sampling else { throw .backend("collect without a submitted step") }
        self.sampling = nil
        let logits: LogitsView
        do { logits = try executable.collect() } catch { throw .backend(error.description) }
        guard !sampling.rows.isEmpty else { return ModelRunnerOutput(sampled: []) }
        sizeResults(sampling)
        sampler.sample(logits, sampling)
        return ModelRunnerOutput(sampled: sampling.results)
    }

    private func sizeResults(_ sampling: SamplingBatch) {
        let missing = sampling.rows.count - sampling.results.count
        if missing > 0 {
            sampling.results.append(contentsOf: repeatElement(SampledRow(), count: missing))
        } else {
            sampling.results.removeLast(-missing)
        }
    }

    private func fillBatch(_ step: SchedulerOutput) {
        var token = 0
        var firstBlock = 0
        step.tokenIDs.withUnsafeBufferPointer { tokenIDs in
            step.blockNumbers.withUnsafeBufferPointer { blockNumbers in
                for (row, request) in step.requests.enumerated() {
                    let table = batch.blockTables + row * batch.maxBlocksPerRequest
                    for block in 0..<request.numBlocks { table[block] = blockNumbers[firstBlock + block] }
                    firstBlock += request.numBlocks
                    batch.queryStartLoc[row] = Int32(token)
                    let end = request.numComputedTokens + request.numScheduledTokens
                    for position in request.numComputedTokens..<end {
                        batch.tokenIDs[token] = tokenIDs[token]
                        batch.positions[token] = Int32(position)
                        batch.slotMapping[token] =
                            table[position / blockSize] * Int32(blockSize) + Int32(position % blockSize)
                        token += 1
                    }
                    batch.seqLens[row] = Int32(end)
                }
            }
        }
        batch.queryStartLoc[step.requests.count] = Int32(token)
        for (row, index) in step.logitRows.enumerated() { batch.logitRows[row] = index }
        batch.numTokens = token
        batch.numRequests = step.requests.count
        batch.numLogitRows = step.logitRows.count
    }
}
