import Martlet
import MartletAudio

/// One file while the engine writes it down.
struct TranscriptionRun: Sendable {
    private let events: any AsyncSequence<TranscriptionEvent, LLMError> & Sendable
    private let metrics: ServerMetrics
    private let arrival: ContinuousClock.Instant

    /// Hands a file to the engine.
    ///
    /// **Throws** 400 for audio that cannot be used.
    static func start(
        _ file: UploadedFile, request: TranscriptionRequest,
        model: ModelChoice<any TranscriptionServingEngine>.Model, call: HTTPCall
    ) async throws(APIError) -> TranscriptionRun {
        let name = file.filename.isEmpty ? nil : file.filename
        let metrics = model.ready.metrics
        let events = try await call.generate { () async throws(APIError) in
            do throws(LLMError) {
                return try await model.engine.events(for: file.bytes, name: name, options: request.options)
            } catch {
                let apiError = APIError(transcription: error)
                metrics.countRejection(apiError.code ?? "invalid_request")
                throw apiError
            }
        }
        return TranscriptionRun(events: events, metrics: metrics, arrival: call.arrival)
    }

    /// Passes on every event; the next one is not fetched before `body` is done with the last.
    ///
    /// **Throws** when the audio turns out to be broken, the engine failed or the request ended early.
    func forEach(_ body: (TranscriptionEvent) async -> Void) async throws(APIError) {
        var isFinished = false
        do throws(LLMError) {
            try await Self.read(events) { event in
                if case .finished(let summary) = event {
                    isFinished = true
                    note(summary)
                }
                await body(event)
            }
        } catch {
            metrics.countFinished(.error)
            throw APIError(transcription: error)
        }
        guard isFinished else {
            metrics.countFinished(.abort)
            throw .shuttingDown
        }
    }

    /// The whole transcription.
    func collect(_ call: HTTPCall) async throws(APIError) -> Transcription {
        try await call.generate { () async throws(APIError) in
            var segments: [TranscriptionSegment] = []
            var summary: TranscriptionSummary?
            try await forEach { event in
                switch event {
                case .segment(let segment): segments.append(segment)
                case .finished(let end): summary = end
                case .language, .progress: break
                }
            }
            guard let summary else { throw .internalError("The transcription has no end.") }
            return Transcription(segments: segments, summary: summary)
        }
    }

    private func note(_ summary: TranscriptionSummary) {
        metrics.countPrompt(tokens: summary.numPromptTokens, cached: 0)
        metrics.promptTokens.observe(Double(summary.numPromptTokens))
        metrics.countGenerated(summary.numGeneratedTokens)
        metrics.generationTokens.observe(Double(summary.numGeneratedTokens))
        metrics.countFinished(.stop)
        metrics.endToEnd.observe(ContinuousClock.now - arrival)
    }

    private static func read<Sequence: AsyncSequence>(
        _ events: Sequence, _ body: (TranscriptionEvent) async -> Void
    ) async throws(LLMError)
    where Sequence.Element == TranscriptionEvent, Sequence.Failure == LLMError {
        var iterator = events.makeAsyncIterator()
        while let event = try await iterator.next(isolation: nil) { await body(event) }
    }
}

extension APIError {
    /// How audio that cannot be used, in vLLM's words, or a failure of the engine is reported.
    init(transcription error: LLMError) {
        if case .invalidRequest("file"?, let message) = error {
            self = .badRequest("Invalid or unsupported audio file. \(message)", param: "file", code: "invalid_audio")
        } else {
            self = APIError(error, promptParam: "prompt")
        }
    }
}
