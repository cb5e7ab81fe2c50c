import Martlet
import MartletChat
import MartletJSON

/// `POST /v1/chat/completions`, decoded.
struct ChatCompletionRequest: Sendable {
    var fields: GenerationFields
    var chat: ChatPrompt
    /// Whether the answer tells its reasoning.
    var includesReasoning: Bool
    /// Members nobody here knows.
    var ignored: [String]

    init(_ object: JSONObject, configuration: ServerConfiguration) throws(APIError) {
        let limits = configuration.limits
        var reader = FieldReader(object)
        fields = try GenerationFields(&reader, limits: limits)
        if let maxCompletionTokens = try reader.integer("max_completion_tokens") {
            fields.template.sampling.maxTokens = maxCompletionTokens
        }
        fields.template.logprobs = try Self.logprobs(&reader, limit: limits.maxLogprobs)
        let effort = try reader.string("reasoning_effort")
        chat = try ChatPrompt(&reader, configuration: configuration)
        if let effort { chat.setReasoningEffort(effort) }
        includesReasoning = try reader.bool("include_reasoning") ?? true
        try reader.refuse("modalities", accepted: "[\"text\"]") { $0 == ["text"] }
        try reader.refuse("audio")
        try reader.refuse("prediction")
        try reader.refuse("web_search_options")
        try reader.refuse("verbosity", accepted: "\"medium\"") { $0 == "medium" }
        ignored = reader.unread + fields.ignoredOptions
        try checkNamedTool()
    }

    /// A call that is named leaves no room for another answer; `response_format` it takes the place of, as in vLLM.
    private func checkNamedTool() throws(APIError) {
        guard case .named = chat.toolChoice, let output = fields.template.structuredOutput,
            !output.param.hasPrefix("response_format")
        else { return }
        throw .badRequest(
            "You can only either use constraints for structured outputs or tools, not both; `\(output.param)` is one",
            param: "tool_choice", code: "invalid_value")
    }

    private static func logprobs(_ reader: inout FieldReader, limit: Int) throws(APIError) -> Int? {
        let wanted = try reader.bool("logprobs") ?? false
        let top = try reader.integer("top_logprobs", in: 0...limit)
        guard wanted || top == nil || top == 0 else {
            throw .badRequest(
                "`top_logprobs` needs `logprobs` to be true", param: "top_logprobs", code: "invalid_value")
        }
        return wanted ? top ?? 0 : nil
    }

    /// The role and content of the last message, for `echo`.
    var lastMessage: (role: String?, content: String) {
        (chat.messages.last?["role"]?.stringValue, ChatMessages.text(of: chat.messages.last))
    }

    /// What `echo` puts before the answer: the last message, if it is the assistant's own.
    var echoedText: String? {
        guard fields.echo, lastMessage.role == "assistant" else { return nil }
        return lastMessage.content
    }
}
