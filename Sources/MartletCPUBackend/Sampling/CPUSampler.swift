import CMartletKernels
import MartletModelIR

/// Samples rows with vector scans and selection instead of sorting, several rows at a time on the backend's threads.
///
/// **Allocations** none per call but the lists of log-probabilities that were asked for.
final class CPUSampler: Sampler, PoolJob {
    private let pool: ThreadPool
    /// One per thread.
    private let samplers: [RowSampler]
    private var rows = UnsafeBufferPointer<SamplingRow>(start: nil, count: 0)
    private var results = UnsafeMutableBufferPointer<SampledRow>(start: nil, count: 0)
    private var logits: LogitsView?
    private var masks: (any TokenMasks)?

    init(vocabSize: Int, pool: ThreadPool, kernels: Kernels) {
        self.pool = pool
        samplers = (0..<pool.numThreads).map { _ in RowSampler(vocabSize: vocabSize, kernels: kernels.vector) }
    }

    func sample(_ logits: LogitsView, _ batch: SamplingBatch) {
        let count = min(batch.rows.count, logits.numRows)
        while batch.results.count < batch.rows.count { batch.results.append(SampledRow()) }
        if batch.results.count > batch.rows.count {
            batch.results.removeLast(batch.results.count - batch.rows.count)
        }
        masks = batch.masks
        masks?.wait()
        batch.rows.withUnsafeBufferPointer { rows in
            batch.results.withUnsafeMutableBufferPointer { results in
                // One row is done before the other threads would have woken up.
                if count < 2 || pool.numThreads == 1 {
                    for row in 0..<count {
                        samplers[0].sample(logits[row], rows[row], mask: masks?.words(ofRow: row), &results[row])
                    }
                    return
                }
                self.logits = logits
                self.rows = UnsafeBufferPointer(rebasing: rows[..<count])
                self.results = results
                pool.run(self)
            }
        }
    }

    func run(_ worker: Worker) {
        let (rows, results) = (rows, results)
        guard let logits else { return }
        let sampler = samplers[worker.index]
        worker.forEachChunk(rows.count) { row in
            sampler.sample(logits[row], rows[row], mask: masks?.words(ofRow: row), &results[row])
        }
    }
}
