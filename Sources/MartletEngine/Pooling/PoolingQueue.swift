/// Requests that came together and are answered together.
final class PoolingJob {
    let id: UInt64
    let requests: [PoolingRequest]
    private(set) var vectors: [[Float]]
    private var numMissing: Int
    private var continuation: CheckedContinuation<Result<[[Float]], EngineError>, Never>?

    init(
        id: UInt64, requests: [PoolingRequest],
        continuation: CheckedContinuation<Result<[[Float]], EngineError>, Never>?
    ) {
        self.id = id
        self.requests = requests
        self.continuation = continuation
        vectors = [[Float]](repeating: [], count: requests.count)
        numMissing = requests.count
    }

    var isOver: Bool { continuation == nil }

    func finish(_ index: Int, _ vector: [Float]) {
        vectors[index] = vector
        numMissing -= 1
        if numMissing == 0 { end(.success(vectors)) }
    }

    func fail(_ error: EngineError) { end(.failure(error)) }

    private func end(_ result: Result<[[Float]], EngineError>) {
        continuation?.resume(returning: result)
        continuation = nil
    }
}

/// Waiting sequences, first come first served.
struct PoolingQueue {
    /// One sequence of a job.
    struct Entry {
        let job: PoolingJob
        let index: Int

        var request: PoolingRequest { job.requests[index] }
    }

    private var entries: [Entry] = []
    private var head = 0

    var count: Int { entries.count - head }

    mutating func append(_ job: PoolingJob) {
        entries += job.requests.indices.map { Entry(job: job, index: $0) }
    }

    /// The sequences of the next step: as many as fit in order, at least one.
    mutating func next(maxTokens: Int, maxSequences: Int) -> [Entry] {
        var taken: [Entry] = []
        var tokens = 0
        while head < entries.count, taken.count < maxSequences {
            let entry = entries[head]
            guard taken.isEmpty || tokens + entry.request.tokenIDs.count <= maxTokens else { break }
            tokens += entry.request.tokenIDs.count
            taken.append(entry)
            head += 1
        }
        if head * 2 > entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return taken
    }

    /// Takes out and gives back the jobs of which `matches` is true, each once.
    mutating func remove(where matches: (PoolingJob) -> Bool) -> [PoolingJob] {
        var removed: [PoolingJob] = []
        var kept: [Entry] = []
        for entry in entries[head...] {
            if !matches(entry.job) {
                kept.append(entry)
            } else if removed.last !== entry.job {
                removed.append(entry.job)
            }
        }
        entries = kept
        head = 0
        return removed
    }
}
