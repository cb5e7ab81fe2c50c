public import MartletChat
public import MartletJSON
import MartletTokenizers

extension LLM {
    /// Turns a conversation into a prompt and says how its answers are read.
    ///
    /// The tokenizer's special tokens and the configuration's template variables are filled in where the request names
    /// none. `template` takes the place of the model's own; without a choice of tools calls stay in the content.
    /// **Throws** `invalidRequest` when the template refuses the conversation, there is no template, or the model is to
    /// choose tools and how it calls them is not known.
    public func prepareChat(
        _ request: ChatRenderRequest, template: ChatTemplate? = nil, toolChoice: ToolChoice = .auto,
        allowsParallelToolCalls: Bool = true
    ) throws(LLMError) -> PreparedChat {
        let tools = request.tools ?? []
        let calling = try ToolCalling(
            toolChoice, tools: tools, allowsParallelCalls: allowsParallelToolCalls, modelFormat: chatFormats.toolCalls)
        let request = withDefaults(request)
        var prepared = PreparedChat(prompt: try prompt(for: request, template: template))
        prepared.structuredOutput = calling.output
        let reasoning = chatFormats.reasoning.flatMap { $0.isEnabled(by: request.variables) ? $0 : nil }
        guard calling.format != nil || reasoning != nil else { return prepared }
        let startsInReasoning = chatFormats.startsInReasoning(after: prepared.prompt)
        prepared.parser = OutputParser(
            toolCalls: calling.format, reasoning: reasoning, tools: tools, startsInReasoning: startsInReasoning)
        prepared.reasoning = reasoning?.boundary(startsInReasoning: startsInReasoning)
        prepared.keptSpecialTokens = chatFormats.reasoningTokens
        if calling.usesModelFormat { prepared.keptSpecialTokens.formUnion(chatFormats.toolCallTokens) }
        return prepared
    }

    /// The request with the tokenizer's special tokens and the configuration's variables.
    private func withDefaults(_ request: ChatRenderRequest) -> ChatRenderRequest {
        var request = request
        if request.specialTokens.isEmpty { request.specialTokens = loadedTokenizer?.specialTokens ?? JSONObject() }
        var variables = defaultChatTemplateKwargs
        for (name, value) in request.variables { variables[name] = value }
        request.variables = variables
        return request
    }

    private func prompt(
        for request: ChatRenderRequest, template: ChatTemplate?
    ) throws(LLMError) -> GenerationRequest.Prompt {
        var template = template
        if template == nil { template = try chatTemplates.template(withTools: request.tools?.isEmpty == false) }
        if let template {
            var request = request
            request.messages = TemplateMessages.prepare(
                request.messages, format: chatTemplateContentFormat ?? template.contentFormat)
            do { return .text(try template.render(request)) } catch {
                // Whatever the template stumbles over came with the conversation.
                throw .invalidRequest(param: "messages", message: error.description)
            }
        }
        if let mistral, let loadedTokenizer {
            return .tokenIDs(try mistral.tokenIDs(for: request, tokenizer: loadedTokenizer))
        }
        throw .invalidRequest(
            param: "messages", message: "the model has no chat template; give one with --chat-template")
    }

    /// Streams the answer to a conversation of OpenAI messages: objects with `role` and `content`.
    ///
    /// **Throws** as `prepareChat` and `generate`.
    public func chat(
        _ messages: [JSONValue], sampling: SamplingOverrides = SamplingOverrides()
    ) async throws(LLMError) -> TextStream {
        let prepared = try prepareChat(ChatRenderRequest(messages: messages, now: .now()))
        return TextStream(try await generate(prepared.request(sampling: sampling)))
    }

    /// Streams the answer to one message.
    ///
    /// **Throws** as `prepareChat` and `generate`.
    public func chat(
        _ message: String, sampling: SamplingOverrides = SamplingOverrides()
    ) async throws(LLMError) -> TextStream {
        try await chat([["role": "user", "content": .string(message)]], sampling: sampling)
    }
}
