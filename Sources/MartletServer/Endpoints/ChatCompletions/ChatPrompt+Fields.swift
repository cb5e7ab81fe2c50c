import MartletChat
import MartletJSON

extension ChatPrompt {
    /// Reads the fields that make the prompt of a conversation, for chats and for `/tokenize`.
    init(_ reader: inout FieldReader, configuration: ServerConfiguration) throws(APIError) {
        self.init(messages: try ChatMessages.read(&reader, limit: configuration.limits.maxMessages))
        addGenerationPrompt = try reader.bool("add_generation_prompt") ?? true
        continueFinalMessage = try reader.bool("continue_final_message") ?? false
        if continueFinalMessage, addGenerationPrompt {
            guard reader.value("add_generation_prompt") == nil else {
                throw .badRequest(
                    "`continue_final_message` and `add_generation_prompt` cannot both be true",
                    param: "continue_final_message", code: "invalid_value")
            }
            addGenerationPrompt = false
        }
        documents = try reader.array("documents") ?? []
        templateVariables = try reader.object("chat_template_kwargs") ?? JSONObject()
        chatTemplate = try reader.string("chat_template")
        guard chatTemplate == nil || configuration.trustRequestChatTemplate else {
            throw .badRequest(
                "`chat_template` is only taken from requests when the server runs with --trust-request-chat-template",
                param: "chat_template", code: "unsupported")
        }
        try readTools(&reader, configuration: configuration)
        try reader.refuse("functions", accepted: "null or []; send `tools`") { $0 == [] }
        try reader.refuse("function_call", accepted: "\"none\"; send `tool_choice`") { $0 == "none" || $0 == "auto" }
    }

    private mutating func readTools(
        _ reader: inout FieldReader, configuration: ServerConfiguration
    ) throws(APIError) {
        tools = try ChatTools.read(&reader)
        toolChoice = try ChatTools.choice(&reader, tools: tools)
        allowsParallelToolCalls = try reader.bool("parallel_tool_calls") ?? true
        if toolChoice == .none, configuration.excludeToolsWhenToolChoiceNone { tools = [] }
    }

    /// Reasoning effort is a variable of the template; naming one asks for thinking, as in vLLM.
    mutating func setReasoningEffort(_ effort: String) {
        if templateVariables["reasoning_effort"] == nil { templateVariables["reasoning_effort"] = .string(effort) }
        if templateVariables["enable_thinking"] == nil {
            templateVariables["enable_thinking"] = .bool(effort != "none")
        }
    }
}
