import Martlet
import MartletJSON

/// `POST /v1/chat/completions`, decoded.
struct ChatCompletionRequest: Sendable {
    var fields: GenerationFields
    var chat: ChatPrompt
    /// Members nobody here knows.
    var ignored: [String]

    init(_ object: JSONObject, limits: ServerConfiguration.Limits) throws(APIError) {
        var reader = FieldReader(object)
        fields = try GenerationFields(&reader, limits: limits)
        if let maxCompletionTokens = try reader.integer("max_completion_tokens") {
            fields.template.sampling.maxTokens = maxCompletionTokens
        }
        fields.template.logprobs = try Self.logprobs(&reader, limit: limits.maxLogprobs)
        // A reasoning effort is a variable of the template, as in vLLM.
        let effort = reader.value("reasoning_effort")
        chat = try ChatPrompt(&reader, limits: limits)
        if let effort, chat.templateVariables["reasoning_effort"] == nil {
            chat.templateVariables["reasoning_effort"] = effort
        }
        try reader.refuse("include_reasoning", accepted: "true") { $0 == true }
        try reader.refuse("modalities", accepted: "[\"text\"]") { $0 == ["text"] }
        try reader.refuse("audio")
        try reader.refuse("prediction")
        try reader.refuse("web_search_options")
        try reader.refuse("verbosity", accepted: "\"medium\"") { $0 == "medium" }
        ignored = reader.unread + fields.ignoredOptions
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
        (chat.messages.last?["role"]?.stringValue, chat.messages.last?["content"]?.stringValue ?? "")
    }

    /// What `echo` puts before the answer: the last message, if it is the assistant's own.
    var echoedText: String? {
        guard fields.echo, lastMessage.role == "assistant" else { return nil }
        return lastMessage.content
    }
}
