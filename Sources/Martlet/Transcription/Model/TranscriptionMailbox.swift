/// Hands one transcription's events to its reader.
typealias TranscriptionMailbox = EventMailbox<PendingTranscription>

/// Every event, but of several reports of progress in a row the last.
struct PendingTranscription: PendingEvents {
    var events: [TranscriptionEvent] = []

    /// What ends a transcription is its job, not one of the events.
    var isComplete: Bool { false }

    mutating func add(_ event: TranscriptionEvent) {
        // Progress that nobody looked at is out of date.
        if case .progress = event, case .progress = events.last { events.removeLast() }
        events.append(event)
    }
}

extension TranscriptionMailbox {
    convenience init() { self.init(PendingTranscription()) }
}
