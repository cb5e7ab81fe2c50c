import MartletJSON

extension ChatPrompt {
    /// Reads the fields that make the prompt of a conversation, for chats and for `/tokenize`.
    init(_ reader: inout FieldReader, limits: ServerConfiguration.Limits) throws(APIError) {
        self.init(messages: try ChatMessages.read(&reader, limit: limits.maxMessages))
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
        try reader.refuse("chat_template", accepted: "null; the server's template is used")
        try reader.refuse("tools", accepted: "null or []") { $0 == [] }
        try reader.refuse("tool_choice", accepted: "\"none\"") { $0 == "none" || $0 == "auto" }
        try reader.refuse("functions", accepted: "null or []") { $0 == [] }
        try reader.refuse("function_call", accepted: "\"none\"") { $0 == "none" || $0 == "auto" }
    }
}
