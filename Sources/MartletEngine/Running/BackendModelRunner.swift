public import MartletModelIR

/// The runner over a backend's executable: fills one input batch in place, runs it, samples.
///
/// Engine thread only; allocates nothing after init, but for cross weights while a request wants them.
public final class BackendModelRunner: ModelRunner {
    /// Written for the contract with encoders.
    public static let contractVersion = 3

    private let executable: any Executable
    private let kvCache: any KVCacheStorage
    private let sampler: any Sampler
    private let encoder: EncoderStage?
    private let batch: InputBatch
    private let blockSize: Int
    /// Block tables of a request.
    private let numTables: Int
    private var sampling: SamplingBatch?
    /// While a step runs in which a request wants them.
    private var crossWeights: CrossWeightsBuffer?
    /// Rows of its requests that do.
    private var wantingRows: [Int] = []
    private let samplingTimer: PartTimer?

    /// A runner for steps within the limits of `configuration`.
    ///
    /// `executable` must have been compiled for these limits and `kvCache` have the configured blocks; `profile` gets
    /// the time of sampling. `encoder` is needed where the executable attends to one.
    public init(
        executable: any Executable, kvCache: any KVCacheStorage, sampler: any Sampler, encoder: EncoderStage? = nil,
        configuration: EngineConfiguration, profile: StepProfile? = nil
    ) {
        let layout = kvCache.layout
        precondition(
            layout == configuration.cacheLayout(layout.specs) && layout.groups.count == configuration.numGroups,
            "the cache does not have the blocks of the configuration: \(layout.groups), \(configuration)")
        self.executable = executable
        self.kvCache = kvCache
        self.sampler = sampler
        self.encoder = encoder
        blockSize = configuration.blockSize
        samplingTimer = profile.map { PartTimer($0, "sampling") }
        batch = InputBatch(
            maxTokens: configuration.maxNumBatchedTokens, maxRequests: configuration.maxNumSeqs,
            maxBlocksPerRequest: configuration.maxBlocksPerRequest, maxLogitRows: configuration.maxLogitRows,
            numGroups: max(layout.groups.count, 1))
        numTables = layout.groups.count
    }

    /// Columns of the executable's logits.
    public var vocabSize: Int { executable.outputWidth }

    /// Sizes of the encoder; nil: there is none.
    public var encoderShape: EncoderShape? { encoder?.shape }

    /// Copies states, encodes inputs, fills the batch and starts the executable; throws what the backend throws.
    public func submit(_ step: SchedulerOutput) throws(EngineError) {
        for copy in step.stateCopies { kvCache.copyState(from: Int(copy.source), to: Int(copy.target)) }
        if !step.encoderRuns.isEmpty {
            guard let encoder else { throw .backend("inputs for an encoder, but the runner has none") }
            try encoder.run(step.encoderRuns, kvCache: kvCache)
        }
        fillBatch(step)
        prepareCrossWeights(step)
        sampling = step.sampling
        do { try executable.submit(batch, kvCache: kvCache) } catch { throw .backend(error.description) }
    }

    /// Waits for the logits and samples; throws what the backend throws.
    public func collect() throws(EngineError) -> ModelRunnerOutput {
        guard let sampling else { throw .backend("collect without a submitted step") }
        self.sampling = nil
        let logits: LogitsView
        do { logits = try executable.collect() } catch { throw .backend(error.description) }
        let crossWeights = takeCrossWeights()
        guard !sampling.rows.isEmpty else { return ModelRunnerOutput(sampled: [], crossWeights: crossWeights) }
        sizeResults(sampling)
        let start = samplingTimer?.start()
        sampler.sample(logits, sampling)
        if let start { samplingTimer?.finish(since: start) }
        return ModelRunnerOutput(sampled: sampling.results, crossWeights: crossWeights)
    }

    /// What the requests of the step attended to, for those that want it.
    private func takeCrossWeights() -> [CrossWeights] {
        guard let buffer = crossWeights else { return [] }
        defer {
            crossWeights = nil
            batch.crossWeights = nil
        }
        return wantingRows.map { row in
            buffer.weights(of: Int(batch.queryStartLoc[row])..<Int(batch.queryStartLoc[row + 1]))
        }
    }

    private func prepareCrossWeights(_ step: SchedulerOutput) {
        wantingRows.removeAll(keepingCapacity: true)
        for (row, request) in step.requests.enumerated() where request.wantsCrossWeights { wantingRows.append(row) }
        crossWeights = nil
        if !wantingRows.isEmpty, let shape = encoder?.shape {
            crossWeights = CrossWeightsBuffer(numTokens: batch.numTokens, shape: shape)
        }
        batch.crossWeights = crossWeights?.base
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
        step.tokenIDs.withUnsafeBufferPointer { tokenIDs in
            if let first = tokenIDs.baseAddress { batch.tokenIDs.update(from: first, count: tokenIDs.count) }
        }
        step.logitRows.withUnsafeBufferPointer { logitRows in
            if let first = logitRows.baseAddress { batch.logitRows.update(from: first, count: logitRows.count) }
        }
        var numTokens = 0
        step.blockNumbers.withUnsafeBufferPointer { blockNumbers in
            guard var blocks = blockNumbers.baseAddress else { return }
            for (row, request) in step.requests.enumerated() {
                fillRow(row, request, blocks, firstToken: numTokens)
                blocks += numTables * request.numBlocks
                numTokens += request.numScheduledTokens
            }
        }
        batch.queryStartLoc[step.requests.count] = Int32(numTokens)
        batch.numTokens = numTokens
        batch.numRequests = step.requests.count
        batch.numLogitRows = step.logitRows.count
    }

    private func fillRow(
        _ row: Int, _ request: ScheduledRequest, _ blocks: UnsafePointer<Int32>, firstToken: Int
    ) {
        for group in 0..<numTables {
            (batch.blockTables(group: group) + row * batch.maxBlocksPerRequest).update(
                from: blocks + group * request.numBlocks, count: request.numBlocks)
        }
        batch.queryStartLoc[row] = Int32(firstToken)
        batch.seqLens[row] = Int32(request.numComputedTokens + request.numScheduledTokens)
        batch.stateSlots[row] = request.stateSlot
        batch.crossSlots[row] = request.crossSlot
        batch.usesLongRotary[row] = request.usesLongRotary ? 1 : 0
        for offset in 0..<request.numScheduledTokens {
            batch.positions[firstToken + offset] = Int32(request.numComputedTokens + offset)
        }
        for group in 0..<numTables {
            let table = blocks + group * request.numBlocks
            let slots = batch.slotMapping(group: group) + firstToken
            for offset in 0..<request.numScheduledTokens {
                let position = request.numComputedTokens + offset
                slots[offset] = table[position / blockSize] * Int32(blockSize) + Int32(position % blockSize)
            }
        }
    }
}
