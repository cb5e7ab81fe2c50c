public import MartletJSON

/// A chat request in the form of the OpenAI API, to be encoded as mistral_common encodes it.
public struct MistralChatRequest: Sendable {
    /// The conversation: objects with `role` and `content`.
    public var messages: [JSONValue]
    /// Tool definitions.
    public var tools: [JSONValue]?
    /// Leaves the last message, which must be the assistant's, open.
    public var continueFinalMessage: Bool
    /// `reasoning_effort`, which versions before v15 do not take.
    public var reasoningEffort: String?
    /// `response_format`; v15 models may be told of its schema.
    public var responseFormat: JSONValue?
    /// Keeps the last nine characters of longer tool call ids, as vLLM does; mistral_common refuses those up to v11.
    public var shortensToolCallIDs: Bool

    /// A request; what is left out is as if the caller had not given it.
    public init(
        messages: [JSONValue], tools: [JSONValue]? = nil, continueFinalMessage: Bool = false,
        reasoningEffort: String? = nil, responseFormat: JSONValue? = nil, shortensToolCallIDs: Bool = true
    ) {
        self.messages = messages
        self.tools = tools
        self.continueFinalMessage = continueFinalMessage
        self.reasoningEffort = reasoningEffort
        self.responseFormat = responseFormat
        self.shortensToolCallIDs = shortensToolCallIDs
    }

    /// The prompt: what is checked, put in order and spelled as the version asks.
    ///
    /// `modelSettings` is `model_settings_builder` of the model's tekken.json, which v15 needs. The ids are those of
    /// the segments one by one: control tokens by their id, texts encoded each by itself without special tokens.
    ///
    /// **Throws** `MistralChatError`, which names the message and the field.
    /// **Source** mistral_common `MistralTokenizer.encode_chat_completion` in its test mode, which is how vLLM runs it.
    public func segments(
        version: MistralVersion, modelSettings: JSONValue? = nil
    ) throws(MistralChatError) -> [PromptSegment] {
        let messages = try MistralMessage.parse(self)
        let tools = try MistralTool.parse(tools)
        let settings = try MistralModelSettings(self, version: version, builder: modelSettings)
        try MistralValidation(version: version).validate(messages)
        let conversation = try MistralConversation(messages, version: version)
        var encoding = MistralEncoding(version: version, tools: tools, settings: settings, conversation: conversation)
        return try encoding.encode()
    }
}
