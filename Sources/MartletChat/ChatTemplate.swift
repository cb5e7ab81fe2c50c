public import MartletJSON

/// A chat template: Jinja2 as transformers runs it, in a sandbox with limits.
///
/// **Source** jinja2 3.1 `ImmutableSandboxedEnvironment(trim_blocks, lstrip_blocks, loopcontrols)` with transformers'
/// `generation` tag, `tojson`, `raise_exception` and `strftime_now`. Templates cannot include others.
public struct ChatTemplate: Sendable {
    /// The template's text.
    public let source: String
    private let body: [Statement]
    private let names: [String]
    private let resolution: Resolution
    /// How the template wants a message's content, as `--chat-template-content-format auto` finds it.
    public let contentFormat: ChatTemplateContentFormat

    /// Parses a template.
    ///
    /// **Throws** `ChatTemplateError` of kind `syntax`, or `limit` for absurd nesting.
    public init(_ source: String) throws(ChatTemplateError) {
        self = try LargeStack.run { () throws(ChatTemplateError) in try ChatTemplate(parsing: source) }
    }

    /// Parses a template on a thread with a large stack.
    private init(parsing source: String) throws(ChatTemplateError) {
        self.source = source
        var parser = try Parser(source)
        body = try parser.parse()
        names = parser.names
        resolution = try Resolver.resolve(body, of: parser)
        contentFormat = ContentFormatDetector(body, names: names).format
    }

    /// The prompt for a conversation.
    ///
    /// **Throws** `ChatTemplateError`: `raised` carries the template's own complaint about the conversation, for
    /// instance that roles must alternate. Never crashes, hangs or recurses without limit.
    public func render(
        _ request: ChatRenderRequest, limits: ChatTemplateLimits = ChatTemplateLimits()
    ) throws(ChatTemplateError) -> String {
        let messages = try request.preparedMessages()
        guard let field = request.continueFinalMessage else {
            return try render(request.context(messages), now: request.now, limits: limits)
        }
        guard !request.addGenerationPrompt else {
            throw ChatTemplateError(
                .value, "continue_final_message and add_generation_prompt exclude each other: set one of them")
        }
        let continuation = try FinalMessageContinuation(messages, field: field, template: source)
        return try continuation.cut(
            try render(request.context(continuation.messages), now: request.now, limits: limits))
    }

    /// The text of the template with exactly these variables.
    public func render(
        _ context: JSONObject, now: ChatTemplateClock, limits: ChatTemplateLimits = ChatTemplateLimits()
    ) throws(ChatTemplateError) -> String {
        var variables: [String: Value] = [:]
        for (name, value) in context { variables[name] = Value(value) }
        return try Interpreter(names: names, resolution: resolution, limits: limits, clock: now)
            .render(body, variables: variables)
    }
}
