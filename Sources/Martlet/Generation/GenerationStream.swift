/// The events of one request, for one reader; dropping it or cancelling the reading task aborts the request.
public struct GenerationStream: AsyncSequence, Sendable {
    /// Aborts when the last reference goes away.
    private let mailbox: GenerationMailbox.Reader

    init(mailbox: GenerationMailbox.Reader) { self.mailbox = mailbox }

    /// Reads events; several iterators would share them out.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let mailbox: GenerationMailbox.Reader

        /// The next event, or nil when all outputs have ended or the task was cancelled.
        ///
        /// **Throws** `LLMError.engine` when the backend failed.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> GenerationEvent? {
            try await mailbox.next()
        }

        /// The next event, or nil when all outputs have ended or the task was cancelled.
        public mutating func next() async throws(LLMError) -> GenerationEvent? { try await mailbox.next() }
    }

    /// An iterator over what has not been read yet.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(mailbox: mailbox) }

    /// Reads to the end and gives every output as one event, in the order of `index`.
    public func collect() async throws(LLMError) -> [GenerationEvent] {
        var outputs: [Int: GenerationEvent] = [:]
        var iterator = makeAsyncIterator()
        while let event = try await iterator.next() {
            if outputs[event.index] == nil { outputs[event.index] = event } else { outputs[event.index]?.merge(event) }
        }
        return outputs.values.sorted { $0.index < $1.index }
    }

    /// Aborts all outputs; the stream ends.
    public func cancel() { mailbox.cancel() }
}
