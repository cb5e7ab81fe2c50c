import HTTPTypes
import HummingbirdCore
import Martlet
import MartletChat
import MartletGrammar
import MartletJSON

/// `POST /v1/chat/completions`.
struct ChatCompletionsEndpoint: Endpoint {
    let path = "/v1/chat/completions"
    let method = HTTPRequest.Method.post
    let slot: EngineSlot
    let configuration: ServerConfiguration

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try slot.generators(for: "Chat Completions")
        let request = try ChatCompletionRequest(
            try JSONReader.requestObject(call.body), configuration: configuration)
        let model = try models.resolve(request.fields.model)
        let engine = model.engine
        var (prompt, parser) = try lower(request, on: engine)
        prompt.grammar = try await call.grammar(for: prompt.structuredOutput, on: model)
        let generation = prompt
        let run = try await call.generate { () async throws(APIError) in
            try await GenerationRun.start([generation], on: model, call: call, promptParam: "messages")
        }
        let names = TokenNames(engine: engine, asIDs: request.fields.tokensAsIDs)
        let identity = AnswerIdentity(
            id: "chatcmpl-\(request.fields.requestID ?? call.requestID)",
            object: request.fields.stream ? "chat.completion.chunk" : "chat.completion",
            created: HTTPDate.unixNow(), model: model.name, ignoredKeywords: prompt.grammar?.ignoredKeywordsJSON)
        var response: Response
        if request.fields.stream {
            let stream = ChatStream(identity: identity, request: request, parser: parser, names: names)
            response = call.stream(run, configuration: configuration, encoder: stream)
        } else {
            let collector = ChatCollector(identity: identity, request: request, parser: parser, names: names)
            try await call.generate { () async throws(APIError) in
                try await run.forEach { _, event in collector.add(event) }
            }
            response = .json(collector.answer)
        }
        if request.fields.returnSamplingParameters {
            try response.reportSamplingParameters(of: prompt, engine: engine)
        }
        response.reportIgnoredKeywords(of: prompt.grammar)
        response.reportIgnored(request.ignored, logger: call.logger)
        return response
    }

    private func lower(
        _ request: ChatCompletionRequest, on engine: any ServingEngine
    ) throws(APIError) -> (GenerationRequest, OutputParser?) {
        var prompt = request.fields.template
        let prepared: PreparedChat
        do throws(LLMError) {
            prepared = try engine.prepare(request.chat)
        } catch {
            throw APIError(error, promptParam: "messages")
        }
        prompt.prompt = prepared.prompt
        prompt.keptSpecialTokens = prepared.keptSpecialTokens
        prompt.reasoning = prepared.reasoning
        // Calls that have to be come before what the answer should look like.
        prompt.structuredOutput = prepared.structuredOutput ?? prompt.structuredOutput
        // Templates write their own special tokens.
        prompt.addSpecialTokens = request.fields.addSpecialTokens ?? false
        try prompt.truncate(to: request.fields.truncatePromptTokens, engine: engine, promptParam: "messages")
        return (prompt, prepared.parser)
    }
}
