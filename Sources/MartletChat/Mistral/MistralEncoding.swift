/// Spells a conversation.
///
/// **Source** mistral_common `InstructTokenizerV1` to `InstructTokenizerV15`.
struct MistralEncoding {
    let version: MistralVersion
    let tools: [MistralTool]
    let settings: MistralModelSettings
    let conversation: MistralConversation
    private var segments: [PromptSegment] = []

    init(
        version: MistralVersion, tools: [MistralTool], settings: MistralModelSettings,
        conversation: MistralConversation
    ) {
        self.version = version
        self.tools = tools
        self.settings = settings
        self.conversation = conversation
    }

    mutating func encode() throws(MistralChatError) -> [PromptSegment] {
        segments = [.control("<s>")]
        let messages = conversation.messages
        let lastUser = messages.lastIndex { $0.role == .user } ?? -1
        let firstUser = messages.firstIndex { $0.role == .user }
        if version == .v2 { try refuseParallelResults(messages, from: lastUser) }
        for (position, message) in messages.enumerated() {
            switch message.role {
            case .system: encodeSystem(message)
            case .user: encodeUser(message, isFirst: position == firstUser, isLast: position == lastUser)
            case .tool: try encodeTool(message, isPast: position < lastUser)
            case .assistant: try encodeAssistant(message, isPast: position < lastUser)
            }
        }
        return segments
    }

    private mutating func control(_ token: String) { segments.append(.control(token)) }

    /// Texts without anything in them have no tokens.
    private mutating func text(_ text: String) {
        if !text.isEmpty { segments.append(.text(text)) }
    }

    private mutating func content(_ content: MistralMessage.Content) {
        switch content {
        case .none: break
        case .text(let plain): text(plain)
        case .chunks(let chunks):
            for chunk in chunks {
                switch chunk {
                case .text(let plain): text(plain)
                case .thinking(let thought, let isClosed):
                    control("[THINK]")
                    text(thought)
                    if isClosed { control("[/THINK]") }
                }
            }
        }
    }

    // MARK: - System and user

    private mutating func encodeSystem(_ message: MistralMessage) {
        control("[SYSTEM_PROMPT]")
        content(message.content)
        control("[/SYSTEM_PROMPT]")
    }

    private mutating func encodeUser(_ message: MistralMessage, isFirst: Bool, isLast: Bool) {
        // Before v7 the system prompt is a part of the text, and there is nothing but text.
        var plain = if case .text(let text) = message.content { text } else { "" }
        let isPrompted = version == .v1 ? isFirst : isLast
        if isPrompted, let system = conversation.systemPrompt, !system.isEmpty { plain = system + "\n\n" + plain }
        if version == .v1 { return text("[INST] \(plain) [/INST]") }
        if version >= .v13 ? isFirst : isLast { encodeToolsAndSettings() }
        control("[INST]")
        text(plain)
        control("[/INST]")
    }

    private mutating func encodeToolsAndSettings() {
        if !tools.isEmpty {
            control("[AVAILABLE_TOOLS]")
            text(PythonJSON.array(tools.map(\.json)).text)
            control("[/AVAILABLE_TOOLS]")
        }
        if let json = settings.json {
            control("[MODEL_SETTINGS]")
            text(json.text)
            control("[/MODEL_SETTINGS]")
        }
    }

    // MARK: - Tool results

    private func refuseParallelResults(
        _ messages: [MistralMessage], from lastUser: Int
    ) throws(MistralChatError) {
        var (isAfterCalls, numResults) = (false, 0)
        for message in messages[max(0, lastUser)...] {
            switch message.role {
            case .tool where isAfterCalls:
                numResults += 1
                guard numResults == 1 else {
                    throw MistralChatError(
                        message: message.index, "", "version v2 takes one tool result after the assistant's calls")
                }
            case .tool: break
            default: (isAfterCalls, numResults) = (message.role == .assistant && !message.toolCalls.isEmpty, 0)
            }
        }
    }

    private mutating func encodeTool(_ message: MistralMessage, isPast: Bool) throws(MistralChatError) {
        let plain = if case .text(let text) = message.content { text } else { "" }
        if version == .v1 { throw MistralChatError(message: message.index, "role", "version v1 has no tools") }
        if version == .v2, isPast { return }
        control("[TOOL_RESULTS]")
        switch version {
        case .v1: break
        case .v2:
            let name: PythonJSON = message.name.map { .string($0) } ?? .scalar("null")
            text(PythonJSON.array([.object([("name", name), ("content", try json(plain, message))])]).text)
        case .v3:
            let id: PythonJSON = .string(message.toolCallID ?? "")
            text(PythonJSON.object([("content", try json(plain, message)), ("call_id", id)]).text)
        case .v7, .v11:
            text(message.toolCallID ?? "")
            control("[TOOL_CONTENT]")
            text(plain)
        case .v13, .v15: text(plain)
        }
        control("[/TOOL_RESULTS]")
    }

    /// What a result's text says, in JSON.
    private func json(_ plain: String, _ message: MistralMessage) throws(MistralChatError) -> PythonJSON {
        if plain.isEmpty { return .object([]) }
        do { return try PythonJSON.loads(plain) } catch {
            throw MistralChatError(message: message.index, "content", "\(error)")
        }
    }

    // MARK: - Assistant

    private mutating func encodeAssistant(_ message: MistralMessage, isPast: Bool) throws(MistralChatError) {
        let (hasContent, hasCalls) = (!message.content.isEmpty, !message.toolCalls.isEmpty)
        guard hasContent || hasCalls else {
            throw MistralChatError(message: message.index, "", "the assistant's message needs content or tool_calls")
        }
        if version < .v7, hasContent && hasCalls {
            throw MistralChatError(message: message.index, "", "the assistant's turn has content and tool_calls")
        }
        if version == .v1, hasCalls {
            throw MistralChatError(message: message.index, "tool_calls", "version v1 has no tools")
        }
        if version == .v2, hasCalls, isPast { return }
        if case .text(let plain) = message.content, version > .v1 {
            text(Self.withoutTrailingSpaces(plain))
        } else {
            content(message.content)
        }
        encodeCalls(message.toolCalls)
        if !message.isPrefix { control("</s>") }
    }

    private static func withoutTrailingSpaces(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let last = scalars.lastIndex(where: { $0 != " " }) else { return "" }
        return String(scalars[...last])
    }

    private mutating func encodeCalls(_ calls: [MistralToolCall]) {
        if calls.isEmpty { return }
        guard version >= .v11 else {
            control("[TOOL_CALLS]")
            return text(PythonJSON.array(calls.map(listed)).text)
        }
        for call in calls {
            control("[TOOL_CALLS]")
            text(call.name)
            if version == .v11 {
                control("[CALL_ID]")
                text(call.id)
            }
            control("[ARGS]")
            text(call.arguments.text)
        }
    }

    private func listed(_ call: MistralToolCall) -> PythonJSON {
        var members: [(key: String, value: PythonJSON)] = [("name", .string(call.name)), ("arguments", call.arguments)]
        if version > .v2 { members.append(("id", .string(call.id))) }
        return .object(members)
    }
}
