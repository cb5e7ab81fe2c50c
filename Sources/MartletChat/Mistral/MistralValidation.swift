/// Which conversations a version accepts.
///
/// **Source** mistral_common `MistralRequestValidator` and its successors up to V15, in test mode.
struct MistralValidation {
    let version: MistralVersion

    static let functionNameRule = "a function's name is 1 to 64 letters, digits, underscores and dashes"

    func validate(_ messages: [MistralMessage]) throws(MistralChatError) {
        try validateEnds(messages)
        try validateOrder(messages)
        if version < .v11 { try validateCounts(messages) } else { try validateIDs(messages) }
        for message in messages { try validateContent(message) }
    }

    // MARK: - Structure

    private func validateEnds(_ messages: [MistralMessage]) throws(MistralChatError) {
        guard let first = messages.first, let last = messages.last else {
            throw MistralChatError("messages", "expected at least one message")
        }
        if messages.count == 1, first.role != .user && first.role != .system {
            throw MistralChatError(message: 0, "role", "a conversation starts with a user or system message")
        }
        if messages.count > 1, last.role == .assistant, !last.isPrefix {
            throw MistralChatError(
                message: last.index, "role",
                "the last message is the assistant's; expected user or tool, or continue_final_message")
        }
    }

    private func validateOrder(_ messages: [MistralMessage]) throws(MistralChatError) {
        for (previous, message) in zip(messages, messages.dropFirst()) {
            let allowed: [MistralMessage.Role] =
                switch previous.role {
                case .system: [.user, .assistant, .system]
                case .user: [.assistant, .system, .user]
                case .assistant: [.assistant, .user, .tool]
                case .tool: [.assistant, .tool, .user]
                }
            guard allowed.contains(message.role) else {
                throw MistralChatError(
                    message: message.index, "role",
                    "\(message.role.rawValue) cannot follow \(previous.role.rawValue); "
                        + "expected \(allowed.map(\.rawValue).joined(separator: ", "))")
            }
        }
    }

    /// As many results as calls before the assistant speaks again; the first message does not count.
    private func validateCounts(_ messages: [MistralMessage]) throws(MistralChatError) {
        var numExpected = 0
        for message in messages.dropFirst() {
            if message.role == .tool { numExpected -= 1 }
            guard message.role == .assistant else { continue }
            guard numExpected == 0 else { throw unanswered(message) }
            numExpected = message.toolCalls.count
        }
    }

    /// One result for each call, by id; the first message does not count.
    private func validateIDs(_ messages: [MistralMessage]) throws(MistralChatError) {
        var expected: Set<[UInt8]> = []
        var observed: Set<[UInt8]> = []
        for message in messages.dropFirst() {
            if message.role == .tool {
                let id = message.toolCallID.map { Array($0.utf8) }
                guard let id, expected.contains(id) else {
                    throw MistralChatError(
                        message: message.index, "tool_call_id", "is of no tool call before this message")
                }
                guard observed.insert(id).inserted else {
                    throw MistralChatError(message: message.index, "tool_call_id", "has a result already")
                }
            } else if message.role == .assistant {
                guard expected.count == observed.count else { throw unanswered(message) }
                (expected, observed) = ([], [])
                for (position, call) in message.toolCalls.enumerated()
                where !expected.insert(Array(call.id.utf8)).inserted {
                    throw MistralChatError(
                        message: message.index, "tool_calls[\(position)].id", "is the id of another call, too")
                }
            }
        }
    }

    private func unanswered(_ message: MistralMessage) -> MistralChatError {
        MistralChatError(
            message: message.index, "role", "the assistant speaks before each of its tool calls has one result")
    }

    // MARK: - Content

    private func validateContent(_ message: MistralMessage) throws(MistralChatError) {
        if message.content.hasThinking { try validateThinking(message) }
        switch message.role {
        case .user, .system: break
        case .tool: try validateTool(message)
        case .assistant: try validateAssistant(message)
        }
    }

    private func validateThinking(_ message: MistralMessage) throws(MistralChatError) {
        guard version >= .v13 else {
            throw MistralChatError(message: message.index, "content", "thinking needs version v13 or newer")
        }
        guard message.role == .assistant || version < .v15 else {
            throw MistralChatError(message: message.index, "content", "thinking is for messages of the assistant")
        }
    }

    private func validateTool(_ message: MistralMessage) throws(MistralChatError) {
        if let name = message.name, !Self.isFunctionName(name) {
            throw MistralChatError(message: message.index, "name", Self.functionNameRule)
        }
        guard version >= .v3 else { return }
        guard let id = message.toolCallID else {
            throw MistralChatError(message: message.index, "tool_call_id", "expected a string")
        }
        if let problem = problem(inID: id) { throw MistralChatError(message: message.index, "tool_call_id", problem) }
    }

    private func validateAssistant(_ message: MistralMessage) throws(MistralChatError) {
        if version < .v7, message.content.isEmpty == message.toolCalls.isEmpty {
            throw MistralChatError(
                message: message.index, "", "the assistant's message needs content or tool_calls, and not both")
        }
        for (position, call) in message.toolCalls.enumerated() {
            if version >= .v3, let problem = problem(inID: call.id) {
                throw MistralChatError(message: message.index, "tool_calls[\(position)].id", problem)
            }
            guard Self.isFunctionName(call.name) else {
                throw MistralChatError(
                    message: message.index, "tool_calls[\(position)].function.name", Self.functionNameRule)
            }
        }
    }

    private func problem(inID id: String) -> String? {
        if version >= .v13 {
            return id.isEmpty || id == MistralToolCall.noID ? "expected an id other than \"null\"" : nil
        }
        // Python's `$` also matches before a newline at the end.
        let bytes = id.utf8.last == 0x0A ? Array(id.utf8.dropLast()) : Array(id.utf8)
        return bytes.count == 9 && bytes.allSatisfy(Self.isAlphanumeric)
            ? nil : "a tool call's id is 9 letters and digits"
    }

    static func isFunctionName(_ name: String) -> Bool {
        let bytes = name.utf8.last == 0x0A ? Array(name.utf8.dropLast()) : Array(name.utf8)
        return (1...64).contains(bytes.count)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
