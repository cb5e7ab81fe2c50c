/// What is wrong with a chat request, or with the settings it is encoded with.
public struct MistralChatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field in the request, for instance `messages[2].tool_calls[0].id`.
    public var field: String
    /// The index of the message at fault, if it is one message.
    public var messageIndex: Int?
    /// What is wrong, and what would be accepted.
    public var reason: String

    init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    init(message index: Int, _ field: String = "", _ reason: String) {
        self.init(field.isEmpty ? "messages[\(index)]" : "messages[\(index)].\(field)", reason)
        messageIndex = index
    }

    /// The field and what is wrong with it.
    public var description: String { "\(field): \(reason)" }
}
