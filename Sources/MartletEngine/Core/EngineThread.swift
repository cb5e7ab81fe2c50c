#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The engine's own OS thread: drains the actor's jobs, runs one step if there is work, waits otherwise.
///
/// After `stop` the thread ends once its jobs are done; a later job starts it again, so no caller ever hangs.
final class EngineThread: SerialExecutor, @unchecked Sendable {
    // Sendable because everything mutable is guarded by `mutex`, but `batch`, which only the thread touches.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [UnownedJob] = []
    private var isAlive = false
    private var isStopped = false
    private var identity: pthread_t?
    private var step: @Sendable () -> Bool = { false }
    private var batch: [UnownedJob] = []

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wakeUp, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(wakeUp)
        mutex.deallocate()
        wakeUp.deallocate()
    }

    /// Sets what the thread does between jobs; `step` says whether it wants to be called again at once.
    func start(step: @escaping @Sendable () -> Bool) { locked { self.step = step } }

    /// Lets the thread end after the jobs it has.
    func stop() {
        locked {
            isStopped = true
            step = { false }
            pthread_cond_signal(wakeUp)
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        locked {
            jobs.append(job)
            if isAlive { pthread_cond_signal(wakeUp) } else { spawn() }
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func checkIsolated() { precondition(isCurrent, "not on the engine thread") }

    func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private var isCurrent: Bool {
        locked { identity.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Starts the thread, which owns a reference to this object until it ends. `mutex` is held.
    private func spawn() {
        identity = DetachedThread.start { self.run() }
        isAlive = true
    }

    private func run() {
        var hasWork = false
        while waitForJobs(hasWork: hasWork) {
            let executor = asUnownedSerialExecutor()
            for job in batch { job.runSynchronously(on: executor) }
            batch.removeAll(keepingCapacity: true)
            let step = locked { self.step }
            hasWork = step()
        }
    }

    /// Moves the jobs to `batch`, waiting for one unless there is other work; false when the thread shall end.
    private func waitForJobs(hasWork: Bool) -> Bool {
        locked {
            while jobs.isEmpty, !hasWork, !isStopped { pthread_cond_wait(wakeUp, mutex) }
            guard !jobs.isEmpty || !isStopped else {
                isAlive = false
                identity = nil
                return false
            }
            swap(&jobs, &batch)
            return true
        }
    }
}
