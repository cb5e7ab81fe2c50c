import CMartletKernels

/// What the threads of a pool share; lives until the last of them ends.
///
/// 1. `job` and `firstRegion` are written only while the door is closed and nobody is inside.
/// 2. At most two regions are in use: one whose chunks are being done, and the next, entered by those who saw it complete.
///    So regions take turns with two sets of counters.
final class PoolMemory {
    /// Words from one thread's epoch to the next: a cache line.
    static let epochStride = 16

    let numThreads: Int
    let spinNanoseconds: UInt32
    /// Opened when a job begins.
    let start: UnsafeMutablePointer<ck_gate>
    /// Number of each thread's next region.
    let epochs: UnsafeMutablePointer<UInt32>
    /// Opened when a region is complete.
    private let regionGate: UnsafeMutablePointer<ck_gate>
    /// Opened when the last thread has left a closed door.
    private let idleGate: UnsafeMutablePointer<ck_gate>
    private let door: UnsafeMutablePointer<ck_door>
    /// Chunks taken, per set and thread.
    private let counters: UnsafeMutablePointer<ck_counter>
    /// Chunks done, per set.
    private let done: UnsafeMutablePointer<ck_counter>
    private let stopping: UnsafeMutablePointer<ck_door>
    private var job: (any PoolJob)?
    /// Number of the job's first region.
    private var firstRegion: UInt32 = 1

    init(numThreads: Int, spinNanoseconds: UInt32) {
        self.numThreads = numThreads
        self.spinNanoseconds = spinNanoseconds
        func zeros<T: BitwiseCopyable>(_ zero: T, _ count: Int) -> UnsafeMutablePointer<T> {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<T>.stride, alignment: 64)
            return memory.initializeMemory(as: T.self, repeating: zero, count: count)
        }
        start = zeros(ck_gate(), 1)
        regionGate = zeros(ck_gate(), 1)
        idleGate = zeros(ck_gate(), 1)
        door = zeros(ck_door(), 1)
        stopping = zeros(ck_door(), 1)
        counters = zeros(ck_counter(), 2 * numThreads)
        done = zeros(ck_counter(), 2)
        // Fresh counters belong to epoch 0.
        epochs = zeros(firstRegion, numThreads * Self.epochStride)
    }

    deinit {
        start.deallocate()
        regionGate.deallocate()
        idleGate.deallocate()
        door.deallocate()
        stopping.deallocate()
        counters.deallocate()
        done.deallocate()
        epochs.deallocate()
    }

    // MARK: Jobs

    /// Lets the threads in; called by thread 0.
    func begin(_ job: any PoolJob) {
        firstRegion = epochs[0]
        self.job = job
        ck_door_open(door)
        ck_gate_open(start)
    }

    /// Waits until nobody is inside; called by thread 0 after its part of the job.
    func end() {
        ck_door_close(door)
        while !ck_door_is_empty(door) {
            let phase = ck_gate_phase(idleGate)
            if ck_door_is_empty(door) { break }
            ck_gate_wait(idleGate, phase, spinNanoseconds)
        }
        job = nil
    }

    /// Takes part in the job unless it is over already. Joining one job twice does no harm: its regions are complete.
    func join(_ worker: Worker) {
        guard ck_door_enter(door) else { return }
        epochs[worker.index * Self.epochStride] = firstRegion
        job?.run(worker)
        if ck_door_leave(door) { ck_gate_open(idleGate) }
    }

    /// Asks all threads to end.
    func stop() {
        ck_door_open(stopping)
        ck_gate_open(start)
    }

    /// True after `stop`.
    var isStopping: Bool {
        guard ck_door_enter(stopping) else { return false }
        _ = ck_door_leave(stopping)
        return true
    }

    // MARK: Regions

    /// Chunks taken of a thread's part of a region.
    @inline(__always)
    func counter(region: UInt32, owner: Int) -> UnsafeMutablePointer<ck_counter> {
        counters + Int(region & 1) * numThreads + owner
    }

    /// Reports chunks done and waits for the others.
    @inline(__always)
    func finish(region: UInt32, _ numDone: UInt32, of total: UInt32) {
        let sum = done + Int(region & 1)
        if numDone > 0, ck_counter_add(sum, region, numDone) == total {
            ck_gate_open(regionGate)
            return
        }
        while !ck_counter_reached(sum, region, total) {
            let phase = ck_gate_phase(regionGate)
            if ck_counter_reached(sum, region, total) { break }
            ck_gate_wait(regionGate, phase, spinNanoseconds)
        }
    }
}
