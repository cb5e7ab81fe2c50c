import Glibc

/// Runs work that waits for network and disk on a thread of its own, so that the cooperative pool never blocks.
enum BlockingThread {
    /// Runs `work` to its end; a cancelled task raises the flag `work` gets.
    static func run<Success: Sendable>(
        _ work: @escaping @Sendable (Cancellation) throws(HubError) -> Success
    ) async throws(HubError) -> Success {
        let cancellation = Cancellation()
        let result: Result<Success, HubError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start {
                    do throws(HubError) {
                        continuation.resume(returning: .success(try work(cancellation)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                } onFailure: { code in
                    let message = "cannot start a thread: \(String(cString: strerror(code)))"
                    continuation.resume(returning: .failure(.fileSystem(path: "download", message: message)))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }

    private final class Job: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func start(_ body: @escaping @Sendable () -> Void, onFailure: (Int32) -> Void) {
        let job = Unmanaged.passRetained(Job(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Job>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, job.toOpaque())
        guard code == 0 else {
            job.release()
            return onFailure(code)
        }
        pthread_detach(thread)
    }
}
