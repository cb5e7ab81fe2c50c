import Martlet
import MartletEngine
import Synchronization

/// The prompts of one HTTP request while the engine works on them.
struct GenerationRun: Sendable {
    typealias Events = any AsyncSequence<GenerationEvent, LLMError> & Sendable

    private let prompts: [(request: GenerationRequest, events: Events)]
    private let metrics: ServerMetrics
    private let lifetime: RequestLifetime
    private let arrival: ContinuousClock.Instant
    private let promptParam: String

    /// Hands the prompts to the engine; an error takes back those before it.
    static func start(
        _ requests: [GenerationRequest], on model: ModelChoice<any ServingEngine>.Model, call: HTTPCall,
        promptParam: String
    ) async throws(APIError) -> GenerationRun {
        var prompts: [(request: GenerationRequest, events: Events)] = []
        do throws(LLMError) {
            for request in requests { prompts.append((request, try await model.engine.events(for: request))) }
        } catch {
            let apiError = APIError(error, promptParam: promptParam)
            model.ready.metrics.countRejection(apiError.code ?? "invalid_request")
            throw apiError
        }
        return GenerationRun(
            prompts: prompts, metrics: model.ready.metrics, lifetime: call.lifetime, arrival: call.arrival,
            promptParam: promptParam)
    }

    /// Passes on every event with the number of its prompt until all outputs have ended.
    ///
    /// Events of one prompt come in order, those of several prompts concurrently; the next one is not fetched before
    /// `body` is done with the last. **Throws** when the engine failed or the request ended early.
    func forEach(_ body: @escaping @Sendable (_ prompt: Int, GenerationEvent) async -> Void) async throws(APIError) {
        if prompts.count == 1 { return try await read(0, body) }
        let failure = await withTaskGroup(of: APIError?.self) { group in
            for index in prompts.indices {
                group.addTask {
                    do throws(APIError) {
                        try await read(index, body)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var failure: APIError?
            for await error in group where error != nil && failure == nil {
                failure = error
                group.cancelAll()
            }
            return failure
        }
        if let failure { throw failure }
    }

    private func read(
        _ index: Int, _ body: @Sendable (_ prompt: Int, GenerationEvent) async -> Void
    ) async throws(APIError) {
        var observer = OutputObserver(prompts[index].request, metrics: metrics, arrival: arrival)
        do throws(LLMError) {
            try await Self.read(prompts[index].events) { event in
                observer.note(event)
                // An output that broke is reported as an error of the request, not as an answer.
                if event.finishReason != .error, event.finishReason != .abort { await body(index, event) }
            }
        } catch {
            observer.close(failed: true)
            throw APIError(error, promptParam: promptParam)
        }
        let isComplete = observer.isComplete
        observer.close(failed: observer.sawError)
        if isComplete { return }
        if observer.sawError { throw .internalError("The engine failed while generating.") }
        throw .shuttingDown
    }

    private static func read<Sequence: AsyncSequence>(
        _ events: Sequence, _ body: (GenerationEvent) async -> Void
    ) async throws(LLMError) where Sequence.Element == GenerationEvent, Sequence.Failure == LLMError {
        var iterator = events.makeAsyncIterator()
        while let event = try await iterator.next(isolation: nil) { await body(event) }
    }
}
