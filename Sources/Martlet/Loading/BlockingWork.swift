import Dispatch

/// Work that blocks or computes for long, off the threads that run asynchronous code.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "martlet.loading", attributes: .concurrent)

    /// Runs `work` on a thread of its own and suspends until it is done.
    static func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws(LLMError) -> Result
    ) async throws(LLMError) -> Result {
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Swift.Result<Result, LLMError> { () throws(LLMError) in try work() })
            }
        }
        return try result.get()
    }
}
