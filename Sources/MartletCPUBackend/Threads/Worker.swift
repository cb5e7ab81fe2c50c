import CMartletKernels

/// Work that all threads of a pool do together; `run` is called once on each of them.
protocol PoolJob: AnyObject {
    func run(_ worker: inout Worker)
}

/// One thread's place in a pool: its number, the barrier, and its share of the chunks of a region.
struct Worker {
    /// 0 is the caller of `ThreadPool.run`.
    let index: Int
    /// Threads of the pool.
    let count: Int
    private let gate: UnsafeMutablePointer<ck_gate>
    /// Three sets of one counter per thread: the one in use, the one being reset, and the one others may still read.
    private let counters: UnsafeMutablePointer<ck_counter>
    private let spinNanoseconds: UInt32
    private var epoch = 0

    init(index: Int, shared: PoolMemory) {
        self.index = index
        count = shared.numThreads
        gate = shared.barrier
        counters = shared.counters
        spinNanoseconds = shared.spinNanoseconds
    }

    /// Waits until all threads are here. Between two barriers `forEachChunk` may be called once.
    mutating func barrier() {
        if count > 1 { ck_gate_barrier(gate, UInt32(count), spinNanoseconds) }
        epoch = epoch == 2 ? 0 : epoch + 1
        // Everyone has left the epoch before the last one, whose set serves the next.
        ck_counter_reset(counters + (epoch == 2 ? 0 : epoch + 1) * count + index)
    }

    /// Calls `body` for this thread's contiguous part of `0..<total`, then takes over what others are late with.
    @inline(__always)
    func forEachChunk(_ total: Int, _ body: (Int) -> Void) {
        let set = counters + epoch * count
        for offset in 0..<count {
            let owner = index + offset < count ? index + offset : index + offset - count
            let low = total * owner / count
            let high = total * (owner + 1) / count
            while low < high {
                let chunk = low + Int(ck_counter_take(set + owner))
                if chunk >= high { break }
                body(chunk)
            }
        }
    }
}
