import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `POST /v1/chat/completions`.
struct ChatCompletionsEndpoint: Endpoint {
    let path = "/v1/chat/completions"
    let method = HTTPRequest.Method.post
    let slot: EngineSlot
    let configuration: ServerConfiguration

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let ready = try slot.forWork()
        let request = try ChatCompletionRequest(
            try JSONReader.requestObject(call.body), limits: configuration.limits)
        let model = try ready.resolve(model: request.fields.model)
        let prompt = try lower(request, on: ready)
        let run = try await call.generate { () async throws(APIError) in
            try await GenerationRun.start([prompt], on: ready, call: call, promptParam: "messages")
        }
        let names = TokenNames(engine: ready.engine, asIDs: request.fields.tokensAsIDs)
        let identity = AnswerIdentity(
            id: "chatcmpl-\(request.fields.requestID ?? call.requestID)",
            object: request.fields.stream ? "chat.completion.chunk" : "chat.completion",
            created: HTTPDate.unixNow(), model: model)
        var response: Response
        if request.fields.stream {
            let stream = ChatStream(identity: identity, request: request, names: names)
            response = call.stream(run, configuration: configuration, encoder: stream)
        } else {
            let collector = ChatCollector(identity: identity, request: request, names: names)
            try await call.generate { () async throws(APIError) in
                try await run.forEach { _, event in collector.add(event) }
            }
            response = .json(collector.answer)
        }
        response.reportIgnored(request.ignored, logger: call.logger)
        return response
    }

    private func lower(
        _ request: ChatCompletionRequest, on ready: EngineSlot.Ready
    ) throws(APIError) -> GenerationRequest {
        var prompt = request.fields.template
        do throws(LLMError) {
            prompt.prompt = .text(try ready.engine.renderChat(request.chat))
        } catch {
            throw APIError(error, promptParam: "messages")
        }
        // Templates write their own special tokens.
        prompt.addSpecialTokens = request.fields.addSpecialTokens ?? false
        try prompt.truncate(to: request.fields.truncatePromptTokens, engine: ready.engine, promptParam: "messages")
        return prompt
    }
}
