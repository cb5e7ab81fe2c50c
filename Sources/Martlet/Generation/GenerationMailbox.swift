/// Hands one request's events from the output processor to its reader.
typealias GenerationMailbox = EventMailbox<PendingGeneration>

/// At most one event per output: what the reader has not fetched yet is merged.
struct PendingGeneration: PendingEvents {
    var events: [GenerationEvent] = []
    /// Outputs that have not finished.
    fileprivate var outputsLeft: Int

    var isComplete: Bool { outputsLeft == 0 }

    /// An event with a finish reason is the last of its output.
    mutating func add(_ event: GenerationEvent) {
        if let position = events.firstIndex(where: { $0.index == event.index }) {
            events[position].merge(event)
        } else {
            events.append(event)
        }
        if event.finishReason != nil { outputsLeft -= 1 }
    }
}

extension GenerationMailbox {
    /// A mailbox for `numOutputs` outputs; `onCancel` is called once when the reader loses interest before the end.
    convenience init(numOutputs: Int, onCancel action: @escaping @Sendable () -> Void) {
        self.init(PendingGeneration(outputsLeft: numOutputs))
        onCancel(action)
    }
}
