#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// An OS thread that does one piece of work at a time for another; begun with the first one.
final class HelperThread {
    private let shared = Shared()

    deinit { shared.stop() }

    /// Starts `work`; what was started before must have been waited for.
    func start(_ work: @escaping () -> Void) { shared.start(work) }

    /// Returns when the work is done; at once where there is none.
    func wait() { shared.wait() }

    /// What the two threads share.
    private final class Shared {
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var work: (() -> Void)?
        private var isAlive = false
        private var isStopped = false

        init() {
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(change, nil)
        }

        deinit {
            pthread_mutex_destroy(mutex)
            pthread_cond_destroy(change)
            mutex.deallocate()
            change.deallocate()
        }

        func start(_ work: @escaping () -> Void) {
            pthread_mutex_lock(mutex)
            precondition(self.work == nil, "work was started before the last was waited for")
            self.work = work
            if isAlive { pthread_cond_broadcast(change) } else { spawn() }
            pthread_mutex_unlock(mutex)
        }

        func wait() {
            pthread_mutex_lock(mutex)
            while work != nil { pthread_cond_wait(change, mutex) }
            pthread_mutex_unlock(mutex)
        }

        func stop() {
            pthread_mutex_lock(mutex)
            isStopped = true
            pthread_cond_broadcast(change)
            pthread_mutex_unlock(mutex)
        }

        /// `mutex` is held. The thread owns a reference to this object until it ends.
        private func spawn() {
            _ = DetachedThread.start { self.run() }
            isAlive = true
        }

        private func run() {
            pthread_mutex_lock(mutex)
            while true {
                while work == nil, !isStopped { pthread_cond_wait(change, mutex) }
                guard let work else { break }
                pthread_mutex_unlock(mutex)
                work()
                pthread_mutex_lock(mutex)
                self.work = nil
                pthread_cond_broadcast(change)
            }
            pthread_mutex_unlock(mutex)
        }
    }
}
