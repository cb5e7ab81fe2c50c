/// The events of one transcription, for one reader; dropping it or cancelling the reading task aborts it.
public struct TranscriptionStream: AsyncSequence, Sendable {
    /// Aborts when the last reference goes away.
    private let mailbox: TranscriptionMailbox.Reader

    init(mailbox: TranscriptionMailbox.Reader) { self.mailbox = mailbox }

    /// Reads events; several iterators would share them out.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let mailbox: TranscriptionMailbox.Reader

        /// The next event, or nil after `finished` or when the task was cancelled.
        ///
        /// **Throws** `invalidRequest` when the audio turns out to be damaged or over a limit, or `engine`.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> TranscriptionEvent?
        {
            try await mailbox.next()
        }

        /// The next event, or nil after `finished` or when the task was cancelled.
        ///
        /// **Throws** as the other.
        public mutating func next() async throws(LLMError) -> TranscriptionEvent? { try await mailbox.next() }
    }

    /// An iterator over what has not been read yet.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(mailbox: mailbox) }

    /// Reads to the end.
    ///
    /// **Throws** as the iterator; `engine` when the transcription was cancelled.
    public func collect() async throws(LLMError) -> Transcription {
        var segments: [TranscriptionSegment] = []
        var iterator = makeAsyncIterator()
        while let event = try await iterator.next() {
            switch event {
            case .segment(let segment): segments.append(segment)
            case .finished(let summary): return Transcription(segments: segments, summary: summary)
            case .language, .progress: break
            }
        }
        throw .engine("the transcription was cancelled")
    }

    /// Aborts the transcription; the stream ends.
    public func cancel() { mailbox.cancel() }
}
