public import MartletJSON

/// How message contents are given to a chat template, as vLLM's `--chat-template-content-format`.
public enum ChatContentFormat: String, Sendable, Hashable, CaseIterable {
    /// What the template reads, told from its source.
    case auto
    /// Plain text; the parts of a message are joined by line ends.
    case string
    /// Lists of parts, `[{"type": "text", "text": ...}]`.
    case openai
}

extension ChatContentFormat {
    /// A message's content in this format; `auto` leaves it as it is.
    func convert(_ content: JSONValue) -> JSONValue {
        switch (self, content) {
        case (.string, .array(let parts)):
            .string(parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n"))
        case (.openai, .string): [["type": "text", "text": content]]
        default: content
        }
    }
}
