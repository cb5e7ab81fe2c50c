import CMartletKernels
import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One step of a plan, as all threads of the pool see it.
final class StepJob: PoolJob {
    let plan: Plan
    let linear: ck_linear_table
    let vector: ck_vector_table
    /// How attention is shared out in this step.
    let attention: AttentionShares
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
        /// Of all groups, `slotStride` apart.
        var slots: UnsafePointer<Int32>?
        var slotStride = 0
        /// Of all groups, `tableStride` apart.
        var blockTables: UnsafePointer<Int32>?
        var tableStride = 0
        var blocksPerRequest = 0
        var logitRows: UnsafePointer<Int32>?
        var layers: UnsafePointer<KVLayer>?

        func rows(_ domain: RowDomain) -> Int { domain == .tokens ? numTokens : numLogitRows }
    }

    /// Keeps what `step` points to alive.
    private var batch: InputBatch?
    private var cache: CPUKVCache?

    init(plan: Plan, options: CompileOptions, kernels: Kernels, numThreads: Int) {
        self.plan = plan
        linear = kernels.linear
        vector = kernels.vector
        attention = AttentionShares(plan: plan, options: options, numThreads: numThreads)
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
            positions: UnsafePointer(batch.positions), slots: UnsafePointer(batch.slotMapping()),
            slotStride: batch.maxTokens, blockTables: UnsafePointer(batch.blockTables()),
            tableStride: batch.maxRequests * batch.maxBlocksPerRequest, blocksPerRequest: batch.maxBlocksPerRequest,
            logitRows: UnsafePointer(batch.logitRows), layers: cache.layers.baseAddress.map { UnsafePointer($0) })
        attention.cut(batch)
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
            case .gatedSilu(let region): gatedSilu(region.pointee, step, worker)
            case .add(let region): add(region.pointee, step, worker)
            case .route(let region): route(region, step, worker)
            case .groupRows(let region):
                // Few rows are grouped where they are routed.
                if step.rows(region.pointee.source.domain) <= CPUExecutable.fewRows { continue }
                groupRows(region, step, worker)
            case .expertsIn(let region): multiplyExpertsIn(region, step, worker)
            case .expertsOut(let region): multiplyExpertsOut(region, step, worker)
            case .combineExperts(let region): combine(region, step, worker)
            }
            if isTimed { timer?.finish(region: index, step) }
        }
    }

    // MARK: Rows

    private func begin(_ region: BeginRegion, _ step: Step, _ worker: Worker) {
        guard let tokenIDs = step.tokenIDs, let positions = step.positions else { return }
        forEachRow(step.numTokens, per: 8, worker) { token in
            for embedding in region.embeddings {
                linear.dequantize(
                    embedding.format, embedding.table + Int(tokenIDs[token]) * embedding.rowBytes,
                    Int64(embedding.width), embedding.out + token * embedding.width)
            }
            for rotary in region.rotaries {
                let pairs = rotary.frequencies.count
                for pair in 0..<pairs {
                    // In double precision: at large positions a float angle has lost the turns' fraction.
                    let angle = Double(positions[token]) * Double(rotary.frequencies[pair])
                    rotary.cosines[token * pairs + pair] = Float(cos(angle)) * rotary.factor
                    rotary.sines[token * pairs + pair] = Float(sin(angle)) * rotary.factor
                }
            }
        }
    }

    private func rows(_ region: RowsRegion, _ step: Step, _ worker: Worker) {
        let width = region.source.width
        forEachRow(step.rows(region.source.domain), per: 8, worker) { row in
            read(region.source, row, step, into: region.out + row * width)
        }
    }

    /// One row of a source, normalised if the source says so.
    func read(_ source: RowSource, _ row: Int, _ step: Step, into out: UnsafeMutablePointer<Float>) {
        let from = source.base + rowIndex(source, row, step) * source.width
        if let norm = source.norm {
            vector.rms_norm(from, norm, source.eps, Int64(source.width), out)
        } else {
            memcpy(out, from, 4 * source.width)
        }
    }

    @inline(__always)
    private func rowIndex(_ source: RowSource, _ row: Int, _ step: Step) -> Int {
        guard source.isGathered, let logitRows = step.logitRows else { return row }
        return Int(logitRows[row])
    }

    private func gatedSilu(_ region: PairRegion, _ step: Step, _ worker: Worker) {
        let width = region.width
        forEachRow(step.rows(region.domain), per: 8, worker) { row in
            vector.silu_mul(
                region.first + row * 2 * width, region.second + row * 2 * width, Int64(width),
                region.out + row * width)
        }
    }

    private func add(_ region: PairRegion, _ step: Step, _ worker: Worker) {
        let width = region.width
        forEachRow(step.rows(region.domain), per: 8, worker) { row in
            memcpy(region.out + row * width, region.first + row * width, 4 * width)
            vector.add(region.second + row * width, Int64(width), region.out + row * width)
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
