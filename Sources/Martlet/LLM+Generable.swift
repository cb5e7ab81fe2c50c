import MartletChat
import MartletEngine
import MartletGrammar
public import MartletJSON

extension StructuredOutput {
    /// The texts that decode to a value of `type`.
    ///
    /// A space at most stands between the parts of the text: a small model that may write any amount does.
    /// **Throws** `underivable`.
    public init<T: Generable>(_ type: T.Type) throws(GenerableError) {
        self.init(.jsonSchema(try SchemaDerivation().root(of: type)))
        whitespace = .pattern(" ?")
    }
}

extension LLM {
    /// Continues a prompt with a value of `type`.
    ///
    /// The model sees the prompt only: say in it what is wanted.
    /// **Throws** `underivable` without a schema, `truncated` at `maxTokens`, `undecodable` where `init(from:)` refuses
    /// what the schema allows, `llm` as `generate`.
    public func generate<T: Generable>(
        _ prompt: String, as type: T.Type = T.self, sampling: SamplingOverrides = SamplingOverrides()
    ) async throws(GenerableError) -> T {
        try await generate(GenerationRequest(prompt: .text(prompt), sampling: sampling), as: type)
    }

    /// Answers a request with a value of `type`, one output whatever `n` is.
    ///
    /// **Throws** as for a prompt.
    public func generate<T: Generable>(
        _ request: GenerationRequest, as type: T.Type = T.self
    ) async throws(GenerableError) -> T {
        try await value(type, request, parser: nil)
    }

    /// Answers one message with a value of `type`; a model that reasons does so before.
    ///
    /// **Throws** as `generate` and `prepareChat`.
    public func chat<T: Generable>(
        _ message: String, as type: T.Type = T.self, sampling: SamplingOverrides = SamplingOverrides()
    ) async throws(GenerableError) -> T {
        try await chat([["role": "user", "content": .string(message)]], as: type, sampling: sampling)
    }

    /// Answers a conversation of OpenAI messages with a value of `type`; a model that reasons does so before.
    ///
    /// **Throws** as `generate` and `prepareChat`.
    public func chat<T: Generable>(
        _ messages: [JSONValue], as type: T.Type = T.self, sampling: SamplingOverrides = SamplingOverrides()
    ) async throws(GenerableError) -> T {
        let prepared: PreparedChat
        do { prepared = try prepareChat(ChatRenderRequest(messages: messages, now: .now())) } catch {
            throw .llm(error)
        }
        return try await value(type, prepared.request(sampling: sampling), parser: prepared.parser)
    }

    private func value<T: Generable>(
        _ type: T.Type, _ request: GenerationRequest, parser: OutputParser?
    ) async throws(GenerableError) -> T {
        var request = request
        request.n = 1
        request.grammar = nil
        request.structuredOutput = try StructuredOutput(type)
        let output: GenerationEvent
        do throws(LLMError) {
            guard let only = try await generate(request).collect().first else {
                throw .engine("the task was cancelled")
            }
            output = only
        } catch {
            throw .llm(error)
        }
        var text = output.text
        if var parser { text = parser.message(of: text).content ?? "" }
        guard output.isComplete(text) else { throw .truncated(text: text) }
        return try T(json: text)
    }
}

extension GenerationEvent {
    /// Whether an output in JSON has come to its end. One that was cut off may have: objects and texts show their end,
    /// numbers do not.
    fileprivate func isComplete(_ text: String) -> Bool {
        if finishReason == .stop, stopReason == nil { return true }
        guard let value = try? JSONReader.exactValue(of: text) else { return false }
        return value.doubleValue == nil
    }
}
