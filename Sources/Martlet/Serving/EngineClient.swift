import MartletEngine
import Synchronization

/// An engine with the task that reads its outputs; streams keep it alive until their last event.
final class EngineClient: Sendable {
    private let engine: EngineCore
    private let processor: OutputProcessor
    private let outputs: AsyncStream<[RequestOutput]>.Continuation
    private let lastID = Atomic<RequestID>(0)

    /// Starts the engine; `makeRunner` is called here, on the calling thread.
    init(configuration: EngineConfiguration, runner: sending any ModelRunner) {
        let (stream, continuation) = AsyncStream.makeStream(of: [RequestOutput].self)
        let processor = OutputProcessor()
        let engine = EngineCore(configuration: configuration, runner: runner) { continuation.yield($0) }
        self.engine = engine
        self.processor = processor
        outputs = continuation
        Task { [weak engine] in
            for await step in stream {
                let stopped = processor.process(step)
                guard !stopped.isEmpty, let engine else { continue }
                // Not awaited: the engine answers between steps, and other requests' text should not wait for that.
                Task { await engine.abort(stopped) }
            }
            processor.close()
        }
    }

    deinit { outputs.finish() }

    var statistics: EngineStatistics { engine.statistics }

    func checkIntegrity() async { await engine.checkIntegrity() }

    func resetPrefixCache() async -> Bool { await engine.resetPrefixCache() }

    /// Starts one engine request per element of `params`, all or none; the rest of `request` they have in common, but ids
    /// of their own.
    func start(
        _ request: EngineRequest, params: [SamplingParams], assembler: (Int) -> SequenceAssembler
    ) async throws(LLMError) -> GenerationStream {
        let count = RequestID(params.count)
        let firstID = lastID.add(count, ordering: .relaxed).newValue - count + 1
        let ids = Array(firstID..<firstID + count)
        let mailbox = GenerationMailbox(numOutputs: params.count) { [self] in Task { await engine.abort(ids) } }
        let stream = GenerationStream(mailbox: .init(mailbox))
        var sequences: [(RequestID, OutputProcessor.Sequence)] = []
        var requests: [EngineRequest] = []
        for (index, id) in ids.enumerated() {
            let sequence = OutputProcessor.Sequence(
                assembler: assembler(index), mailbox: mailbox,
                promptTokenIDs: index == 0 ? request.promptTokenIDs : nil,
                numPromptTokens: request.promptTokenIDs.count)
            sequences.append((id, sequence))
            var child = request
            child.id = id
            child.params = params[index]
            requests.append(child)
        }
        try processor.register(sequences)
        do {
            try await engine.add(requests)
        } catch {
            processor.withdraw(ids)
            throw LLMError(error)
        }
        return stream
    }

    /// Refuses new requests, waits for the others at most `drainTimeout`, then aborts what is left.
    func shutDown(drainTimeout: Duration?) async {
        if let drainTimeout, drainTimeout > .zero {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [engine] in await engine.drain() }
                group.addTask { try? await Task.sleep(for: drainTimeout) }
                await group.next()
                // `drain` returns once nothing runs, so aborting lets it end.
                await engine.shutDown()
                group.cancelAll()
            }
        } else {
            await engine.shutDown()
        }
        outputs.finish()
    }
}

extension LLMError {
    /// The engine's refusal as this module's error.
    init(_ error: EngineError) {
        self =
            switch error {
            case .invalidRequest(let field, let reason): .invalidRequest(param: field, message: reason)
            case .queueFull: .queueFull(error.description)
            case .shutDown: .shuttingDown
            case .backend(let message): .engine(message)
            }
    }
}
