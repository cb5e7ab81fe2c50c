import HTTPTypes
import HummingbirdCore
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
            let encoder = TranscriptionStream(
                id: "trsc-\(call.requestID)", model: model.name, request: request)
            response = call.stream(run, configuration: configuration, encoder: encoder)
        } else {
            response = try TranscriptionAnswer(request: request, engine: model.engine).response(
                try await run.collect(call))
        }
        response.reportIgnored(request.ignored, logger: call.logger)
        return response
    }
}
