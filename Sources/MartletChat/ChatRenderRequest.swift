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
    /// `bos_token`, `eos_token` and so on by name; `Tokenizer.specialTokens` has them.
    public var specialTokens: JSONObject
    /// More variables, which win over the others: `chat_template_kwargs`.
    public var variables: JSONObject
    /// The time for `strftime_now`.
    public var now: ChatTemplateClock

    /// A request; what is left out is as if the caller had not given it.
    public init(
        messages: [JSONValue], tools: [JSONValue]? = nil, documents: [JSONValue]? = nil,
        addGenerationPrompt: Bool = true, specialTokens: JSONObject = JSONObject(),
        variables: JSONObject = JSONObject(), now: ChatTemplateClock
    ) {
        self.messages = messages
        self.tools = tools
        self.documents = documents
        self.addGenerationPrompt = addGenerationPrompt
        self.specialTokens = specialTokens
        self.variables = variables
        self.now = now
    }

    /// The template's variables.
    var context: JSONObject {
        var context = JSONObject()
        context["messages"] = .array(messages.map(Self.aliasingReasoning))
        context["tools"] = tools.map { .array($0) } ?? .null
        context["documents"] = documents.map { .array($0) } ?? .null
        context["add_generation_prompt"] = .bool(addGenerationPrompt)
        for (name, value) in specialTokens { context[name] = value }
        for (name, value) in variables { context[name] = value }
        return context
    }

    private static let reasoningFields = ["reasoning_content", "thinking", "reasoning"]

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
