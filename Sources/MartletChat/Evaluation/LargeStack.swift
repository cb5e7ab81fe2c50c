import Glibc

/// A thread of its own for what nests deep: threads that serve requests may have no more than 512 KiB of stack.
enum LargeStack {
    /// Only what is used of it takes memory.
    private static let size = 16 << 20

    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// The result of `body`, which runs while this thread waits.
    ///
    /// **Throws** `limit` too where the system has no thread left.
    static func run<R>(
        _ body: @escaping () throws(ChatTemplateError) -> R
    ) throws(ChatTemplateError) -> R {
        var result: Result<R, ChatTemplateError>?
        let work = Unmanaged.passRetained(
            Work {
                do throws(ChatTemplateError) {
                    result = .success(try body())
                } catch {
                    result = .failure(error)
                }
            })
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, size)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { work in
                if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw ChatTemplateError(.limit, "nests deep, and the system has no thread left to go on with")
        }
        pthread_join(thread, nil)
        guard let result else { throw ChatTemplateError(.limit, "the thread for deep nesting ended early") }
        return try result.get()
    }
}
