import MartletModelIR

/// The masks of a step's constrained rows, filled on a thread of their own while the model computes the logits.
///
/// Between `start` and `wait` only that thread touches the masks and the outputs so far; at all other times only the engine
/// thread does.
final class ConstraintMasks: TokenMasks, @unchecked Sendable {
    // Sendable because `start` and `wait` hand everything over from thread to thread.
    private let wordsPerRow: Int
    private let capacity: Int
    private let helper = HelperThread()
    private var storage: UnsafeMutableBufferPointer<UInt32>?
    /// Rows in ascending order.
    private var jobs: [(row: Int, request: Request)] = []
    /// Kept, because making it anew would allocate.
    private lazy var work: () -> Void = { [unowned self] in fill() }

    /// Masks for `capacity` rows of one step at most.
    init(vocabSize: Int, capacity: Int) {
        wordsPerRow = (vocabSize + 31) / 32
        self.capacity = capacity
    }

    deinit { storage?.deallocate() }

    /// Adds a row of the next step.
    func append(row: Int, request: Request) { jobs.append((row, request)) }

    /// Forgets the rows of the last step.
    func removeAll() { jobs.removeAll(keepingCapacity: true) }

    /// Lets the thread fill the masks, if there are rows.
    func start() {
        guard !jobs.isEmpty else { return }
        if storage == nil { storage = .allocate(capacity: capacity * wordsPerRow) }
        helper.start(work)
    }

    /// Returns when the masks are filled.
    func wait() {
        if !jobs.isEmpty { helper.wait() }
    }

    func words(ofRow row: Int) -> UnsafePointer<UInt32>? {
        var low = 0
        var high = jobs.count
        while low < high {
            let middle = (low + high) / 2
            if jobs[middle].row < row { low = middle + 1 } else { high = middle }
        }
        guard low < jobs.count, jobs[low].row == row, let base = storage?.baseAddress else { return nil }
        return UnsafePointer(base + low * wordsPerRow)
    }

    private func fill() {
        guard let base = storage?.baseAddress else { return }
        for (index, job) in jobs.enumerated() {
            job.request.fillMask(
                UnsafeMutableBufferPointer(start: base + index * wordsPerRow, count: wordsPerRow))
        }
    }
}
