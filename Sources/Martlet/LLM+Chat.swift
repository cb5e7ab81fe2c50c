public import MartletChat
public import MartletJSON
import MartletTokenizers

extension LLM {
    /// The prompt text of a conversation; the tokenizer's special tokens are filled in where the request names none.
    ///
    /// **Throws** `invalidRequest` when the template refuses the conversation, or there is no template.
    public func renderChat(_ request: ChatRenderRequest) throws(LLMError) -> String {
        guard let chatTemplate else {
            let reason = chatTemplateProblem ?? "the model has no chat template; give one with --chat-template"
            throw .invalidRequest(param: "messages", message: reason)
        }
        var request = request
        if request.specialTokens.isEmpty { request.specialTokens = loadedTokenizer?.specialTokens ?? JSONObject() }
        do { return try chatTemplate.render(request) } catch {
            // Whatever the template stumbles over came with the conversation.
            throw .invalidRequest(param: "messages", message: error.description)
        }
    }

    /// Streams the answer to a conversation of OpenAI messages: objects with `role` and `content`.
    ///
    /// **Throws** as `renderChat` and `generate`.
    public func chat(
        _ messages: [JSONValue], sampling: SamplingOverrides = SamplingOverrides()
    ) async throws(LLMError) -> TextStream {
        let prompt = try renderChat(ChatRenderRequest(messages: messages, now: .now()))
        var request = GenerationRequest(prompt: .text(prompt), sampling: sampling)
        // The template has written them already.
        request.addSpecialTokens = false
        return TextStream(try await generate(request))
    }

    /// Streams the answer to one message.
    ///
    /// **Throws** as `renderChat` and `generate`.
    public func chat(
        _ message: String, sampling: SamplingOverrides = SamplingOverrides()
    ) async throws(LLMError) -> TextStream {
        try await chat([["role": "user", "content": .string(message)]], sampling: sampling)
    }
}
