import CMartletKernels

/// Work that all threads of a pool do together: a sequence of regions, the same for every thread.
///
/// A thread may come late or not at all: `run` must do nothing but call `forEachChunk`.
protocol PoolJob: AnyObject {
    func run(_ worker: Worker)
}

/// One thread's place in a job: its number and its share of the chunks of each region.
struct Worker {
    /// 0 is the caller of `ThreadPool.run`.
    let index: Int
    /// Threads of the pool.
    let count: Int
    private let memory: Unmanaged<PoolMemory>
    /// Number of the next region, counted through all jobs.
    private let epoch: UnsafeMutablePointer<UInt32>

    init(index: Int, memory: PoolMemory) {
        self.index = index
        count = memory.numThreads
        self.memory = .passUnretained(memory)
        epoch = memory.epochs + index * PoolMemory.epochStride
    }

    /// One region: calls `body` for this thread's contiguous part of `0..<total`, takes over what others have not begun,
    /// and returns when all chunks are done.
    ///
    /// Nobody waits for a thread, only for chunks: one that lost its core between two chunks holds nobody up, and when it
    /// comes back it finds the regions it missed complete.
    @inline(__always)
    func forEachChunk(_ total: Int, _ body: (Int) -> Void) {
        if count == 1 {
            for chunk in 0..<total { body(chunk) }
            return
        }
        let region = epoch.pointee
        epoch.pointee &+= 1
        var numDone: UInt32 = 0
        for offset in 0..<count {
            let owner = index + offset < count ? index + offset : index + offset - count
            let low = total * owner / count
            let length = UInt32(total * (owner + 1) / count - low)
            if length == 0 { continue }
            let counter = memory._withUnsafeGuaranteedRef { $0.counter(region: region, owner: owner) }
            while true {
                let next = ck_counter_take(counter, region, length)
                if next >= length { break }
                body(low + Int(next))
                numDone += 1
            }
        }
        memory._withUnsafeGuaranteedRef { $0.finish(region: region, numDone, of: UInt32(total)) }
    }
}
