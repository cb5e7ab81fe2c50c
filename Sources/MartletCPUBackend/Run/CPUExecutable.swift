import CMartletKernels
import MartletModelIR

/// Runs a plan: every thread walks all regions, each complete before the next begins.
///
/// **Threading** engine thread only. **Allocations** none after init.
final class CPUExecutable: Executable {
    /// Rows that one thread normalises before it converts them.
    static let preparedRowsPerChunk = 64
    /// Up to this many rows the weights' memory traffic decides how the output is shared out.
    static let fewRows = 16

    private let plan: Plan
    private let pool: ThreadPool
    private let job: StepJob
    private let options: CompileOptions

    init(plan: Plan, options: CompileOptions, pool: ThreadPool, kernels: Kernels) {
        self.plan = plan
        self.pool = pool
        self.options = options
        job = StepJob(plan: plan, options: options, kernels: kernels, numThreads: pool.numThreads)
        job.timer = options.profile.map { RegionTimer(plan.labels, profile: $0) }
    }

    var outputWidth: Int { plan.outputWidth }

    func submit(_ batch: InputBatch, kvCache: any KVCacheStorage) throws(BackendError) {
        guard let cache = kvCache as? CPUKVCache else {
            throw error("the KV cache was made by another backend")
        }
        try check(cache)
        try check(batch, cache)
        job.begin(batch, cache)
        job.timer?.start()
        pool.run(job)
        job.timer?.finish()
    }

    func collect() throws(BackendError) -> LogitsView {
        LogitsView(base: plan.output, numRows: job.outputRows, vocabSize: plan.outputWidth)
    }

    private func check(_ cache: CPUKVCache) throws(BackendError) {
        for spec in plan.attentions where spec.isCausal {
            guard spec.layer >= 0, spec.layer < cache.layers.count else {
                throw error("the KV cache has \(cache.layers.count) layers; the program uses layer \(spec.layer)")
            }
            let layer = cache.layers[spec.layer]
            guard layer.numKVHeads == spec.numKVHeads, layer.headDim == spec.headDim else {
                throw error(
                    "layer \(spec.layer) of the KV cache has \(layer.numKVHeads) heads of \(layer.headDim); "
                        + "expected \(spec.numKVHeads) of \(spec.headDim)")
            }
        }
    }

    private func check(_ batch: InputBatch, _ cache: CPUKVCache) throws(BackendError) {
        guard batch.numTokens > 0, batch.numTokens <= options.maxNumBatchedTokens else {
            throw error("\(batch.numTokens) tokens in a step; expected 1 to \(options.maxNumBatchedTokens)")
        }
        guard batch.numRequests > 0, batch.numRequests <= options.maxNumSeqs else {
            throw error("\(batch.numRequests) requests in a step; expected 1 to \(options.maxNumSeqs)")
        }
        guard batch.numLogitRows >= 0, batch.numLogitRows <= options.maxLogitRows else {
            throw error("\(batch.numLogitRows) logit rows in a step; expected 0 to \(options.maxLogitRows)")
        }
        for token in 0..<batch.numTokens where batch.positions[token] < 0 {
            throw error("position \(batch.positions[token])")
        }
        for table in plan.tables { try check(table, batch) }
        guard !plan.readsFeatures || batch.features != nil else { throw error("the batch brings no features") }
        for spec in plan.crossAttentions { try check(spec, batch, cache) }
        if let end = plan.numCrossPositions {
            for token in 0..<batch.numTokens where Int(batch.positions[token]) >= end {
                throw error("position \(batch.positions[token]); cross attention has positions 0 to \(end - 1)")
            }
        }
        if plan.usesBlocks { try checkGroups(batch, cache) }
        for row in 0..<batch.numLogitRows {
            guard batch.logitRows[row] >= 0, Int(batch.logitRows[row]) < batch.numTokens else {
                throw error("logit row \(batch.logitRows[row]); expected 0 to \(batch.numTokens - 1)")
            }
        }
        try checkRequests(batch, cache)
    }

    private func checkGroups(_ batch: InputBatch, _ cache: CPUKVCache) throws(BackendError) {
        guard batch.numGroups >= cache.layout.groups.count else {
            throw error("tables of \(batch.numGroups) groups of blocks; the cache has \(cache.layout.groups.count)")
        }
        for (index, group) in cache.layout.groups.enumerated() {
            try checkSlots(batch.slotMapping(group: index), batch, numSlots: group.numBlocks * cache.layout.blockSize)
        }
    }

    /// Slots of the batch and the positions that are stored in them.
    private func check(_ spec: CrossAttentionSpec, _ batch: InputBatch, _ cache: CPUKVCache) throws(BackendError) {
        guard spec.layer >= 0, spec.layer < cache.layout.specs.count,
            case .cross(let cached) = cache.layout.specs[spec.layer], cached.numHeads == spec.numHeads,
            cached.headDim == spec.headDim, cached.numPositions == spec.numPositions
        else {
            throw error(
                "layer \(spec.layer) of the KV cache is not one of \(spec.numPositions) positions in "
                    + "\(spec.numHeads) heads of \(spec.headDim)")
        }
        for request in 0..<batch.numRequests {
            let slot = batch.crossSlots[request]
            guard slot >= 0, Int(slot) < cache.layout.numCrossSlots else {
                throw error("cross slot \(slot); expected 0 to \(cache.layout.numCrossSlots - 1)")
            }
        }
    }

    private func check(_ table: EmbeddingBounds, _ batch: InputBatch) throws(BackendError) {
        for token in 0..<batch.numTokens {
            switch table.index {
            case .tokenID:
                guard batch.tokenIDs[token] >= 0, Int(batch.tokenIDs[token]) < table.rows else {
                    throw error("token id \(batch.tokenIDs[token]); expected 0 to \(table.rows - 1)")
                }
            case .position(let offset):
                let row = Int(batch.positions[token]) + offset
                guard row >= 0, row < table.rows else {
                    throw error(
                        "position \(batch.positions[token]); \(table.name) ends at \(table.rows - 1 - offset)")
                }
            case .tokenType:
                guard batch.tokenTypes[token] >= 0, Int(batch.tokenTypes[token]) < table.rows else {
                    throw error("token type \(batch.tokenTypes[token]); expected 0 to \(table.rows - 1)")
                }
            }
        }
    }

    private func checkSlots(
        _ slots: UnsafeMutablePointer<Int32>, _ batch: InputBatch, numSlots: Int
    ) throws(BackendError) {
        for token in 0..<batch.numTokens where slots[token] < 0 || Int(slots[token]) >= numSlots {
            throw error("token \(token) has cache slot \(slots[token]); expected 0 to \(numSlots - 1)")
        }
    }

    private func checkRequests(_ batch: InputBatch, _ cache: CPUKVCache) throws(BackendError) {
        guard batch.queryStartLoc[0] == 0, Int(batch.queryStartLoc[batch.numRequests]) == batch.numTokens else {
            throw error("queryStartLoc does not span the \(batch.numTokens) tokens")
        }
        for request in 0..<batch.numRequests {
            let start = Int(batch.queryStartLoc[request])
            let count = Int(batch.queryStartLoc[request + 1]) - start
            let length = Int(batch.seqLens[request])
            let numBlocks = plan.usesBlocks ? (length + cache.layout.blockSize - 1) / cache.layout.blockSize : 0
            guard start >= 0, count > 0, start + count <= batch.numTokens, length >= count,
                Int(batch.positions[start]) == length - count, numBlocks <= batch.maxBlocksPerRequest
            else {
                throw error("request \(request) has \(count) tokens from index \(start) and \(length) in the cache")
            }
            guard !plan.seesAhead || length == count else {
                throw error("request \(request) has \(count) of \(length) tokens in a step; expected all of them")
            }
            if cache.layout.isRecurrent {
                let slot = batch.stateSlots[request]
                guard slot >= 0, Int(slot) < cache.layout.numStateSlots else {
                    throw error("state slot \(slot); expected 0 to \(cache.layout.numStateSlots - 1)")
                }
            }
            for (number, group) in cache.layout.groups.enumerated() where plan.usesBlocks {
                let table = batch.blockTables(group: number) + request * batch.maxBlocksPerRequest
                // Only blocks with tokens that the step sees need be there.
                let seen = group.kind.window.map { max(0, length - count - $0 + 1) } ?? 0
                for index in seen / cache.layout.blockSize..<numBlocks
                where table[index] < 0 || Int(table[index]) >= group.numBlocks {
                    throw error("block \(table[index]) of request \(request); expected 0 to \(group.numBlocks - 1)")
                }
            }
        }
    }

    private func error(_ message: String) -> BackendError {
        BackendError(backend: CPUBackend.name, message: message)
    }
}
