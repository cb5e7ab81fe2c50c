#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Starts OS threads that nobody joins.
enum DetachedThread {
    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// A thread that runs `body`, which it keeps alive until it ends.
    static func start(_ body: @escaping () -> Void) -> pthread_t {
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(&thread, nil, { Self.main($0) }, context)
            let created = thread
        #else
            var thread = pthread_t()
            let status = pthread_create(&thread, nil, { $0.flatMap(DetachedThread.main) }, context)
            let created: pthread_t? = thread
        #endif
        guard status == 0, let created else { preconditionFailure("cannot start a thread: error \(status)") }
        pthread_detach(created)
        return created
    }

    private static func main(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
}
