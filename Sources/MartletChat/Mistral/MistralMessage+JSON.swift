import MartletJSON

extension MistralMessage {
    /// The messages of a request.
    static func parse(_ request: MistralChatRequest) throws(MistralChatError) -> [MistralMessage] {
        var messages: [MistralMessage] = []
        for (index, json) in request.messages.enumerated() {
            let parser = MistralMessageParser(index: index, shortensIDs: request.shortensToolCallIDs)
            messages.append(try parser.parse(json))
        }
        guard request.continueFinalMessage else { return messages }
        guard let last = messages.indices.last, messages[last].role == .assistant else {
            throw MistralChatError("messages", "continue_final_message needs a last message with role assistant")
        }
        messages[last].isPrefix = true
        return messages
    }
}

/// Reads one message.
///
/// **Source** mistral_common `from_openai` of messages, chunks and tool calls; unknown members are ignored there too.
private struct MistralMessageParser {
    let index: Int
    let shortensIDs: Bool

    private func error(_ field: String, _ reason: String) -> MistralChatError {
        MistralChatError(message: index, field, reason)
    }

    func parse(_ json: JSONValue) throws(MistralChatError) -> MistralMessage {
        guard case .object = json else { throw error("", "expected an object, not \(json.kindName)") }
        let content = json["content"] ?? .null
        switch json["role"]?.stringValue {
        case "system", "developer":
            return MistralMessage(role: .system, content: try required(content, in: .system), index: index)
        case "user":
            return MistralMessage(role: .user, content: try required(content, in: .user), index: index)
        case "assistant": return try assistant(json)
        case "tool": return try tool(json)
        case let role:
            throw error("role", "\(role ?? "no role") is not one of system, developer, user, assistant and tool")
        }
    }

    private func assistant(_ json: JSONValue) throws(MistralChatError) -> MistralMessage {
        var message = MistralMessage(
            role: .assistant, content: try content(json["content"] ?? .null, in: .assistant), index: index)
        if let thinking = try reasoning(json) {
            let chunk = MistralMessage.Chunk.thinking(thinking, isClosed: true)
            switch message.content {
            case .none: message.content = .chunks([chunk])
            case .text(let text): message.content = .chunks([chunk, .text(text)])
            case .chunks(let chunks):
                guard !message.content.hasThinking else {
                    throw error("content", "has thinking chunks beside reasoning or reasoning_content")
                }
                message.content = .chunks([chunk] + chunks)
            }
        }
        guard let calls = json["tool_calls"], !calls.isNull else { return message }
        guard let calls = calls.arrayValue else { throw error("tool_calls", "expected an array") }
        for (position, call) in calls.enumerated() {
            message.toolCalls.append(try toolCall(call, "tool_calls[\(position)]"))
        }
        return message
    }

    private func reasoning(_ json: JSONValue) throws(MistralChatError) -> String? {
        let first = try optionalString(json["reasoning_content"], "reasoning_content")
        let second = try optionalString(json["reasoning"], "reasoning")
        if let first, let second, !first.utf8.elementsEqual(second.utf8) {
            throw error("reasoning", "differs from reasoning_content")
        }
        return first ?? second
    }

    private func tool(_ json: JSONValue) throws(MistralChatError) -> MistralMessage {
        guard let id = json["tool_call_id"] else { throw error("tool_call_id", "missing") }
        return MistralMessage(
            role: .tool, content: try required(json["content"] ?? .null, in: .tool),
            toolCallID: try optionalString(id, "tool_call_id").map(shortened),
            name: try optionalString(json["name"], "name"), index: index)
    }

    private func toolCall(_ json: JSONValue, _ field: String) throws(MistralChatError) -> MistralToolCall {
        guard case .object = json else { throw error(field, "expected an object, not \(json.kindName)") }
        if let type = json["type"], type != "function" { throw error("\(field).type", "expected \"function\"") }
        guard let function = json["function"], case .object = function else {
            throw error("\(field).function", "expected an object with name and arguments")
        }
        guard let name = function["name"]?.stringValue else {
            throw error("\(field).function.name", "expected a string")
        }
        var id = MistralToolCall.noID
        if let given = json["id"] {
            guard let text = given.stringValue else { throw error("\(field).id", "expected a string") }
            id = shortened(text)
        }
        return MistralToolCall(id: id, name: name, arguments: try arguments(function["arguments"], field))
    }

    private func arguments(_ json: JSONValue?, _ field: String) throws(MistralChatError) -> PythonJSON {
        switch json {
        case .null?: return .object([])
        case .object?: return PythonJSON(json!)
        case .string(let text)?:
            if text.isEmpty { return .object([]) }
            do { return try PythonJSON.loads(text) } catch {
                throw self.error("\(field).function.arguments", "\(error)")
            }
        default: throw error("\(field).function.arguments", "expected JSON in a string, or an object")
        }
    }

    private func shortened(_ id: String) -> String {
        shortensIDs ? String(id.unicodeScalars.suffix(9)) : id
    }

    private func optionalString(_ json: JSONValue?, _ field: String) throws(MistralChatError) -> String? {
        guard let json, !json.isNull else { return nil }
        guard let text = json.stringValue else { throw error(field, "expected a string, not \(json.kindName)") }
        return text
    }
}

// MARK: - Content

extension MistralMessageParser {
    private func required(
        _ json: JSONValue, in role: MistralMessage.Role
    ) throws(MistralChatError) -> MistralMessage.Content {
        if json.isNull { throw error("content", "expected a string or an array of chunks") }
        return try content(json, in: role)
    }

    private func content(
        _ json: JSONValue, in role: MistralMessage.Role
    ) throws(MistralChatError) -> MistralMessage.Content {
        switch json {
        case .null: return .none
        case .string(let text): return .text(text)
        case .array(let elements):
            var chunks: [MistralMessage.Chunk] = []
            for (position, element) in elements.enumerated() {
                chunks.append(try chunk(element, in: role, "content[\(position)]"))
            }
            return .chunks(chunks)
        default: throw error("content", "expected a string or an array of chunks, not \(json.kindName)")
        }
    }

    private func chunk(
        _ json: JSONValue, in role: MistralMessage.Role, _ field: String
    ) throws(MistralChatError) -> MistralMessage.Chunk {
        switch json["type"]?.stringValue {
        case "text":
            guard let text = json["text"]?.stringValue else { throw error("\(field).text", "expected a string") }
            return .text(text)
        case "thinking":
            guard role == .assistant || role == .system else {
                throw error("\(field).type", "thinking is for messages of the assistant")
            }
            guard let text = json["thinking"]?.stringValue else {
                throw error("\(field).thinking", "expected a string")
            }
            guard let isClosed = (json["closed"] ?? true).boolValue else {
                throw error("\(field).closed", "expected true or false")
            }
            return .thinking(text, isClosed: isClosed)
        case let type:
            throw error("\(field).type", "\(type ?? "no type") is not supported; supported: text, thinking")
        }
    }
}
