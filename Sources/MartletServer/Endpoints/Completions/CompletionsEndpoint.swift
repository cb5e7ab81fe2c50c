import HTTPTypes
import HummingbirdCore
import Martlet
import MartletGrammar
import MartletJSON

/// `POST /v1/completions`.
struct CompletionsEndpoint: Endpoint {
    let path = "/v1/completions"
    let method = HTTPRequest.Method.post
    let slot: EngineSlot
    let configuration: ServerConfiguration

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try slot.generators(for: "Completions")
        let request = try CompletionRequest(try JSONReader.requestObject(call.body), limits: configuration.limits)
        let model = try models.resolve(request.fields.model)
        let engine = model.engine
        let grammar = try await call.grammar(for: request.fields.template.structuredOutput, on: model)
        let prompts = try lower(request, grammar: grammar, engine: engine)
        let run = try await call.generate { () async throws(APIError) in
            try await GenerationRun.start(prompts, on: model, call: call, promptParam: "prompt")
        }
        let identity = AnswerIdentity(
            id: "cmpl-\(request.fields.requestID ?? call.requestID)", object: "text_completion",
            created: HTTPDate.unixNow(), model: model.name, ignoredKeywords: grammar?.ignoredKeywordsJSON)
        let choices = CompletionChoices(
            request: request, prompts: prompts.map(\.prompt),
            names: TokenNames(engine: engine, asIDs: request.fields.tokensAsIDs))
        var response: Response
        if request.fields.stream {
            response = call.stream(
                run, configuration: configuration, encoder: CompletionStream(identity: identity, choices: choices))
        } else {
            let collector = CompletionCollector(identity: identity, choices: choices)
            try await call.generate { () async throws(APIError) in
                try await run.forEach { collector.add($1, prompt: $0) }
            }
            response = .json(collector.answer)
        }
        if request.fields.returnSamplingParameters {
            try response.reportSamplingParameters(of: prompts[0], engine: engine)
        }
        response.reportIgnoredKeywords(of: grammar)
        response.reportIgnored(request.ignored, logger: call.logger)
        return response
    }

    private func lower(
        _ request: CompletionRequest, grammar: CompiledGrammar?, engine: any ServingEngine
    ) throws(APIError) -> [GenerationRequest] {
        var lowered: [GenerationRequest] = []
        for prompt in request.prompts {
            var generation = request.fields.template
            generation.prompt = prompt
            generation.grammar = grammar
            try generation.truncate(to: request.fields.truncatePromptTokens, engine: engine, promptParam: "prompt")
            lowered.append(generation)
        }
        return lowered
    }
}
