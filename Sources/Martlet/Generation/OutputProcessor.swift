import MartletEngine
import Synchronization

/// Turns the engine's per-step outputs into events for each request's reader, away from the engine thread.
final class OutputProcessor: Sendable {
    /// One output being written.
    struct Sequence {
        var assembler: SequenceAssembler
        let mailbox: GenerationMailbox
        /// Sent with the first event of output 0.
        var promptTokenIDs: [Int32]?
        let numPromptTokens: Int
    }

    private struct State {
        var sequences: [RequestID: Sequence] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Announces outputs; must be called before the engine hears of them.
    ///
    /// **Throws** `shuttingDown` after `close`.
    func register(_ sequences: [(RequestID, Sequence)]) throws(LLMError) {
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            for (id, sequence) in sequences { state.sequences[id] = sequence }
            return true
        }
        guard isOpen else { throw .shuttingDown }
    }

    /// Forgets outputs the engine refused.
    func withdraw(_ ids: [RequestID]) {
        state.withLock { state in
            for id in ids { state.sequences[id] = nil }
        }
    }

    /// Delivers one step's outputs and gives the requests whose stop string was found, to be aborted.
    func process(_ outputs: [RequestOutput]) -> [RequestID] {
        state.withLock { state in
            var stopped: [RequestID] = []
            for output in outputs {
                // Taken out and put back, so that the assembler's buffers are changed in place.
                guard var sequence = state.sequences.removeValue(forKey: output.id) else { continue }
                let hadStopped = sequence.assembler.foundStop != nil
                deliver(output, to: &sequence)
                guard output.finishReason == nil else { continue }
                if sequence.assembler.foundStop != nil, !hadStopped { stopped.append(output.id) }
                state.sequences[output.id] = sequence
            }
            return stopped
        }
    }

    private func deliver(_ output: RequestOutput, to sequence: inout Sequence) {
        var event = sequence.assembler.consume(output)
        if output.finishReason == .error {
            let message = output.errorMessage ?? "the backend failed"
            sequence.mailbox.finish(
                output.isRequestError ? .invalidRequest(param: nil, message: message) : .engine(message))
            return
        }
        let hasNews = !event.tokenIDs.isEmpty || event.finishReason != nil || output.promptLogprobs != nil
        guard hasNews else { return }
        event.numPromptTokens = sequence.numPromptTokens
        event.promptTokenIDs = sequence.promptTokenIDs.take()
        event.promptLogprobs = output.promptLogprobs
        event.probeLogprob = output.probeLogprob
        event.crossWeights = output.crossWeights
        sequence.mailbox.post(event)
    }

    /// Fails what is still open: no more outputs come.
    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            defer { state.sequences = [:] }
            return Array(state.sequences.values)
        }
        for sequence in open { sequence.mailbox.finish(.shuttingDown) }
    }
}
