import HTTPTypes
import HummingbirdCore
import Logging
import Martlet
import MartletAudio
import MartletJSON

/// `POST /v1/audio/transcriptions` and `/v1/audio/translations`.
struct TranscriptionEndpoint: Endpoint {
    let path: String
    let task: TranscriptionOptions.Task
    let slot: EngineSlot
    let configuration: ServerConfiguration

    let method = HTTPRequest.Method.post
    let bodyKind = BodyKind.stream

    static func all(_ slot: EngineSlot, configuration: ServerConfiguration) -> [any Endpoint] {
        [
            TranscriptionEndpoint(
                path: "/v1/audio/transcriptions", task: .transcribe, slot: slot, configuration: configuration),
            TranscriptionEndpoint(
                path: "/v1/audio/translations", task: .translate, slot: slot, configuration: configuration),
        ]
    }

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try slot.transcribers(for: task == .transcribe ? "Transcriptions" : "Translations")
        let limits = MultipartLimits(maxFileBytes: configuration.limits.maxAudioFileBytes)
        let form = try await call.form(fileName: "file", limits: limits)
        var request = try TranscriptionRequest(form, task: task)
        let model = try models.resolve(request.model)
        try request.check(on: model)
        guard let file = form.file else { throw .internalError("the form has no file") }
        let run = try await TranscriptionRun.start(file, request: request, model: model, call: call)
        var response: Response
        if request.stream {
            let prefix = task == .transcribe ? "trsc" : "trsl"
            let identity = AnswerIdentity(
                id: "\(prefix)-\(call.requestID)",
                object: task == .transcribe ? "transcription.chunk" : "translation.chunk",
                created: HTTPDate.unixNow(), model: model.name)
            response = call.stream(run, request: request, identity: identity, configuration: configuration)
        } else {
            let answer = TranscriptionAnswer(request: request, languages: model.engine.languages)
            response = answer.response(try await run.collect(call))
        }
        response.reportIgnored(request.ignored, logger: call.logger)
        return response
    }
}

extension HTTPCall {
    /// Streams a transcription; an error becomes the last event before `[DONE]`.
    fileprivate func stream(
        _ run: TranscriptionRun, request: TranscriptionRequest, identity: AnswerIdentity,
        configuration: ServerConfiguration
    ) -> Response {
        let logger = logger
        return ServerSentEvents.response(
            lifetime: lifetime, keepAliveInterval: configuration.sseKeepAliveInterval
        ) { feed in
            var chunks = TranscriptionChunks(request: request, identity: identity)
            do throws(APIError) {
                try await run.forEach { event in
                    let bytes = chunks.chunks(for: event)
                    if !bytes.isEmpty { feed.append(bytes) }
                    await feed.waitForRoom()
                }
            } catch {
                logger.debug("stream ended early: \(error.message)")
                feed.append(ServerSentEvents.event(error.body))
            }
            feed.append(ServerSentEvents.done)
        }
    }
}
