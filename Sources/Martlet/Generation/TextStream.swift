/// The text of a request with one output, piece by piece; dropping it aborts the request.
public struct TextStream: AsyncSequence, Sendable {
    private let events: GenerationStream

    init(_ events: GenerationStream) { self.events = events }

    /// Reads pieces of text.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var events: GenerationStream.AsyncIterator

        /// The next piece, never empty, or nil at the end.
        ///
        /// **Throws** `LLMError.engine` when the backend failed.
        public mutating func next() async throws(LLMError) -> String? {
            while let event = try await events.next() {
                if !event.text.isEmpty { return event.text }
            }
            return nil
        }

        /// The next piece, never empty, or nil at the end.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> String? {
            while let event = try await events.next(isolation: actor) {
                if !event.text.isEmpty { return event.text }
            }
            return nil
        }
    }

    /// An iterator over what has not been read yet.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: events.makeAsyncIterator()) }

    /// Reads to the end.
    public func collect() async throws(LLMError) -> String {
        var text = ""
        var iterator = makeAsyncIterator()
        while let piece = try await iterator.next() { text += piece }
        return text
    }
}
