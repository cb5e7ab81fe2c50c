extension TranscriptionJob {
    /// Starts a transcription in a task of its own, which is cancelled when the stream is dropped.
    static func start(
        decoder: Decoder, options: TranscriptionOptions, language: String?, feed: AudioFeed, maxConcurrentWindows: Int
    ) -> TranscriptionStream {
        let mailbox = TranscriptionMailbox()
        let job = TranscriptionJob(
            decoder: decoder, options: options, language: language, feed: feed, mailbox: mailbox,
            maxConcurrentWindows: maxConcurrentWindows)
        let task = Task { await job.run() }
        mailbox.onCancel { task.cancel() }
        return TranscriptionStream(mailbox: TranscriptionMailbox.Reader(mailbox))
    }
}
