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
    private let caller: Worker
    private var threads: [pthread_t] = []

    /// Starts the threads; they spin before they sleep only when each can have a core of its own.
    init(numThreads: Int, availableCores: Int) throws(BackendError) {
        self.numThreads = numThreads
        // Longer than most waits inside a step, short enough to leave an idle machine alone.
        memory = PoolMemory(numThreads: numThreads, spinNanoseconds: numThreads <= availableCores ? 60_000 : 0)
        caller = Worker(index: 0, memory: memory)
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

    /// Runs the job and returns when it is done and no thread is inside it any more.
    func run(_ job: any PoolJob) {
        lock.withLock { _ in
            if numThreads == 1 { return job.run(caller) }
            memory.begin(job)
            job.run(caller)
            memory.end()
        }
    }

    private func stop() {
        memory.stop()
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
        let worker = Worker(index: index, memory: memory)
        var phase: UInt32 = 0
        while true {
            ck_gate_wait(memory.start, phase, memory.spinNanoseconds)
            phase = ck_gate_phase(memory.start)
            if memory.isStopping { return }
            memory.join(worker)
        }
    }
}
