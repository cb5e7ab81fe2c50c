import CMartletKernels
import MartletModelIR
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads that run one job together and sleep in between; the caller is one of them.
///
/// **Allocations** none after init.
// Sendable by promise: `lock` admits one job at a time, and the gate orders its writes before the threads' reads.
final class ThreadPool: @unchecked Sendable {
    /// Threads, the caller included.
    let numThreads: Int
    private let memory: PoolMemory
    private let lock = Mutex(())
    private var caller: Worker
    private var threads: [pthread_t] = []

    /// Starts the threads; they spin before they sleep only when each can have a core of its own.
    init(numThreads: Int, availableCores: Int) throws(BackendError) {
        self.numThreads = numThreads
        // Long enough for the longest wait inside a step, short enough to leave an idle machine alone.
        memory = PoolMemory(numThreads: numThreads, spinNanoseconds: numThreads <= availableCores ? 60_000 : 0)
        caller = Worker(index: 0, shared: memory)
        for index in 1..<max(numThreads, 1) {
            guard let thread = Self.start(index: index, memory: memory) else {
                stop()
                throw BackendError(
                    backend: CPUBackend.name, message: "cannot start thread \(index + 1) of \(numThreads)")
            }
            threads.append(thread)
        }
    }

    deinit { stop() }

    /// Runs the job on all threads and returns when all have finished.
    func run(_ job: any PoolJob) {
        lock.withLock { _ in
            if numThreads > 1 {
                memory.job = job
                ck_gate_open(memory.start)
            }
            job.run(&caller)
            caller.barrier()
            memory.job = nil
        }
    }

    private func stop() {
        memory.isStopping = true
        ck_gate_open(memory.start)
        for thread in threads { pthread_join(thread, nil) }
        threads = []
    }

    private static func start(index: Int, memory: PoolMemory) -> pthread_t? {
        let body = Unmanaged.passRetained(ThreadBody(index: index, memory: memory))
        // Signals are the business of the process's own threads.
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let status = pthread_create(&thread, nil, threadMain, body.toOpaque())
        guard status == 0 else {
            body.release()
            return nil
        }
        return thread
    }
}

#if canImport(Glibc)
    private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().main() }
        return nil
    }
#else
    private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().main()
        return nil
    }
#endif

/// What one thread of the pool does.
private final class ThreadBody {
    let index: Int
    let memory: PoolMemory

    init(index: Int, memory: PoolMemory) {
        self.index = index
        self.memory = memory
    }

    func main() {
        var worker = Worker(index: index, shared: memory)
        var phase: UInt32 = 0
        while true {
            ck_gate_wait(memory.start, phase, memory.spinNanoseconds)
            phase &+= 1
            if memory.isStopping { return }
            memory.job?.run(&worker)
            worker.barrier()
        }
    }
}

/// What the threads of a pool share; lives until the last of them ends.
final class PoolMemory {
    let numThreads: Int
    let spinNanoseconds: UInt32
    /// Opened to start a job.
    let start: UnsafeMutablePointer<ck_gate>
    /// Passed within and after a job.
    let barrier: UnsafeMutablePointer<ck_gate>
    let counters: UnsafeMutablePointer<ck_counter>
    /// Written before `start` opens.
    var job: (any PoolJob)?
    var isStopping = false

    init(numThreads: Int, spinNanoseconds: UInt32) {
        self.numThreads = numThreads
        self.spinNanoseconds = spinNanoseconds
        func zeros<T: BitwiseCopyable>(_ zero: T, _ count: Int) -> UnsafeMutablePointer<T> {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<T>.stride, alignment: 64)
            return memory.initializeMemory(as: T.self, repeating: zero, count: count)
        }
        start = zeros(ck_gate(), 1)
        barrier = zeros(ck_gate(), 1)
        counters = zeros(ck_counter(), 3 * numThreads)
    }

    deinit {
        start.deallocate()
        barrier.deallocate()
        counters.deallocate()
    }
}
