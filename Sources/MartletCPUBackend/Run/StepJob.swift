import CMartletKernels
import MartletModelIR

/// One step of a plan, as all threads of the pool see it.
final class StepJob: PoolJob {
    let plan: Plan
    let linear: ck_linear_table
    let vector: ck_vector_table
    /// How attention is shared out in this step.
    let attention: AttentionShares
    /// How cross attention is, if there is any.
    let cross: CrossShares?
    private(set) var step: Step
    /// Used by thread 0 only.
    var timer: RegionTimer?

    /// The batch in plain pointers and numbers.
    struct Step: BitwiseCopyable {
        var numTokens = 0
        var numRequests = 0
        var numLogitRows = 0
        /// Every request has one token.
        var isDecode = false
        var tokenIDs: UnsafePointer<Int32>?
        var positions: UnsafePointer<Int32>?
        var tokenTypes: UnsafePointer<Int32>?
        var queryStartLoc: UnsafePointer<Int32>?
        var seqLens: UnsafePointer<Int32>?
        var usesLongRotary: UnsafePointer<Int32>?
        /// Of all groups, `slotStride` apart.
        var slots: UnsafePointer<Int32>?
        var slotStride = 0
        /// Of all groups, `tableStride` apart.
        var blockTables: UnsafePointer<Int32>?
        var tableStride = 0
        var blocksPerRequest = 0
        var logitRows: UnsafePointer<Int32>?
        var layers: UnsafePointer<KVLayer>?
        /// Of `Op.features`.
        var features: UnsafePointer<Float>?
        /// Slot of each request's encoder positions.
        var crossSlots: UnsafePointer<Int32>?
        /// Where alignment heads write their weights, or nil.
        var crossWeights: UnsafeMutablePointer<Float>?
        /// Slot of each request's recurrent state.
        var stateSlots: UnsafePointer<Int32>?
        var states: UnsafePointer<StateLayer>?

        func rows(_ domain: RowDomain) -> Int {
            switch domain {
            case .tokens: numTokens
            case .tokenRows(let count): numTokens * count
            case .logitRows: numLogitRows
            }
        }

        /// The request a token belongs to.
        func request(of token: Int) -> Int {
            guard let starts = queryStartLoc else { return 0 }
            var (low, high) = (0, numRequests)
            while high - low > 1 {
                let middle = (low + high) / 2
                if Int(starts[middle]) <= token { low = middle } else { high = middle }
            }
            return low
        }

        /// A part of the state of a request.
        func state(_ part: StateRef, request: Int) -> UnsafeMutablePointer<Float>? {
            guard let states, let stateSlots else { return nil }
            return states[part.layer].state(slot: Int(stateSlots[request])) + part.offset
        }
    }

    /// Keeps what `step` points to alive.
    private var batch: InputBatch?
    private var cache: CPUKVCache?

    init(plan: Plan, options: CompileOptions, kernels: Kernels, numThreads: Int) {
        self.plan = plan
        linear = kernels.linear
        vector = kernels.vector
        attention = AttentionShares(plan: plan, options: options, numThreads: numThreads)
        cross =
            plan.crossAttentions.isEmpty
            ? nil : CrossShares(plan.crossAttentions, options: options, numThreads: numThreads)
        step = Step()
    }

    /// Rows of the output of the last step.
    var outputRows: Int { step.rows(plan.outputDomain) }

    /// Takes down the batch; the caller has checked it.
    func begin(_ batch: InputBatch, _ cache: CPUKVCache) {
        self.batch = batch
        self.cache = cache
        step = Step(
            numTokens: batch.numTokens, numRequests: batch.numRequests, numLogitRows: batch.numLogitRows,
            isDecode: batch.numTokens == batch.numRequests, tokenIDs: UnsafePointer(batch.tokenIDs),
            positions: UnsafePointer(batch.positions), tokenTypes: UnsafePointer(batch.tokenTypes),
            queryStartLoc: UnsafePointer(batch.queryStartLoc), seqLens: UnsafePointer(batch.seqLens),
            usesLongRotary: UnsafePointer(batch.usesLongRotary), slots: UnsafePointer(batch.slotMapping()),
            slotStride: batch.maxTokens, blockTables: UnsafePointer(batch.blockTables()),
            tableStride: batch.maxRequests * batch.maxBlocksPerRequest, blocksPerRequest: batch.maxBlocksPerRequest,
            logitRows: UnsafePointer(batch.logitRows), layers: cache.layers.baseAddress.map { UnsafePointer($0) },
            features: batch.features, crossSlots: UnsafePointer(batch.crossSlots), crossWeights: batch.crossWeights,
            stateSlots: UnsafePointer(batch.stateSlots), states: cache.states.baseAddress.map { UnsafePointer($0) })
        attention.cut(batch)
        cross?.cut(batch)
    }

    func run(_ worker: Worker) {
        let step = step
        let isTimed = worker.index == 0 && timer != nil
        for (index, region) in plan.regions.enumerated() {
            switch region {
            case .begin(let region): begin(region.pointee, step, worker)
            case .rows(let region): rows(region.pointee, step, worker)
            case .prepare(let region):
                // Few rows are prepared by each thread for itself, right before the product.
                if step.rows(region.pointee.source.domain) <= WorkerScratch.maxOwnRows { continue }
                prepare(region, step, worker)
            case .linear(let region): multiply(region, step, worker)
            case .heads(let region): heads(region.pointee, step, worker)
            case .storeKV(let region):
                if isFused(region, step, worker) { continue }
                storeKV(region, step, worker)
            case .attend(let region): attend(region, step, worker)
            case .storeCrossKV(let region): storeCrossKV(region.pointee, step, worker)
            case .crossAttend(let region): crossAttend(region.pointee, step, worker)
            case .latentQueries(let region): latentQueries(region, step, worker)
            case .latentValues(let region): latentValues(region, step, worker)
            case .route(let region): route(region, step, worker)
            case .groupRows(let region):
                // Few rows are grouped where they are routed.
                if step.rows(region.pointee.source.domain) <= CPUExecutable.fewRows { continue }
                groupRows(region, step, worker)
            case .expertsIn(let region): multiplyExpertsIn(region, step, worker)
            case .expertsOut(let region): multiplyExpertsOut(region, step, worker)
            case .combineExperts(let region): combine(region, step, worker)
            case .shortConv(let region): shortConv(region.pointee, step, worker)
            case .deltaNet(let region): deltaNet(region.pointee, step, worker)
            case .mamba2(let region): mamba2(region.pointee, step, worker)
            case .gated(let region): gated(region, step, worker)
            case .map(let region): map(region, step, worker)
            case .add(let region): add(region.pointee, step, worker)
            case .multiply(let region): multiply(region.pointee, step, worker)
            }
            if isTimed { timer?.finish(region: index, step) }
        }
    }

    /// Shares rows among the threads, `per` at a time.
    @inline(__always)
    func forEachRow(_ rows: Int, per: Int, _ worker: Worker, _ body: (Int) -> Void) {
        worker.forEachChunk((rows + per - 1) / per) { chunk in
            for row in chunk * per..<min(rows, (chunk + 1) * per) { body(row) }
        }
    }
}
