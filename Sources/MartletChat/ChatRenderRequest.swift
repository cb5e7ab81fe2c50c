public import MartletJSON

/// What a chat template is rendered with.
public struct ChatRenderRequest: Sendable {
    /// The conversation: objects with `role` and `content` as the API takes them.
    public var messages: [JSONValue]
    /// Tool definitions; nil is `none` to the template.
    public var tools: [JSONValue]?
    /// Documents to answer from; nil is `none` to the template.
    public var documents: [JSONValue]?
    /// Whether to end with the beginning of the assistant's turn.
    public var addGenerationPrompt: Bool
    /// The field of the final message to go on with instead of ending it, usually `content`; nil ends it.
    public var continueFinalMessage: String?
    /// `bos_token`, `eos_token` and so on by name; `Tokenizer.specialTokens` has them.
    public var specialTokens: JSONObject
    /// More variables, which win over the others: `chat_template_kwargs`.
    public var variables: JSONObject
    /// The time for `strftime_now`.
    public var now: ChatTemplateClock

    /// A request; what is left out is as if the caller had not given it.
    public init(
        messages: [JSONValue], tools: [JSONValue]? = nil, documents: [JSONValue]? = nil,
        addGenerationPrompt: Bool = true, continueFinalMessage: String? = nil,
        specialTokens: JSONObject = JSONObject(), variables: JSONObject = JSONObject(), now: ChatTemplateClock
    ) {
        self.messages = messages
        self.tools = tools
        self.documents = documents
        self.addGenerationPrompt = addGenerationPrompt
        self.continueFinalMessage = continueFinalMessage
        self.specialTokens = specialTokens
        self.variables = variables
        self.now = now
    }

    /// The template's variables with these messages.
    func context(_ messages: [JSONValue]) -> JSONObject {
        var context = JSONObject()
        context["messages"] = .array(messages)
        context["tools"] = tools.map { .array($0) } ?? .null
        context["documents"] = documents.map { .array($0) } ?? .null
        context["add_generation_prompt"] = .bool(addGenerationPrompt)
        for (name, value) in specialTokens { context[name] = value }
        for (name, value) in variables { context[name] = value }
        return context
    }

    /// The messages as templates read them.
    ///
    /// **Throws** `value` for messages, tools and documents that are no objects, which templates cannot read.
    func preparedMessages() throws(ChatTemplateError) -> [JSONValue] {
        for (name, values) in [("message", messages), ("tool", tools ?? []), ("document", documents ?? [])] {
            guard let index = values.firstIndex(where: { $0.objectValue == nil }) else { continue }
            throw ChatTemplateError(
                .value, "\(name) \(index) must be an object, but is of type \(values[index].kindName)")
        }
        return messages.map(Self.aliasingReasoning)
    }

    static let reasoningFields = ["reasoning_content", "thinking", "reasoning"]

    /// Gives a message's reasoning the two names that templates read.
    ///
    /// **Source** transformers 5 `_alias_reasoning_fields`.
    private static func aliasingReasoning(_ message: JSONValue) -> JSONValue {
        guard case .object(let members) = message,
            let reasoning = reasoningFields.lazy.compactMap({ members[$0] }).first(where: { !$0.isNull })
        else { return message }
        var aliased = JSONObject()
        aliased["thinking"] = reasoning
        for (name, value) in members { aliased[name] = value }
        aliased["reasoning_content"] = reasoning
        return .object(aliased)
    }
}
