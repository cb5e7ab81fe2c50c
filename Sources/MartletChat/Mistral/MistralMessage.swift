/// A message of a chat request, its types checked.
struct MistralMessage {
    enum Role: String {
        case system, user, assistant, tool
    }

    enum Chunk {
        case text(String)
        case thinking(String, isClosed: Bool)
    }

    enum Content {
        case none
        case text(String)
        case chunks([Chunk])

        /// What Python takes for false.
        var isEmpty: Bool {
            switch self {
            case .none: true
            case .text(let text): text.isEmpty
            case .chunks(let chunks): chunks.isEmpty
            }
        }

        var hasThinking: Bool {
            guard case .chunks(let chunks) = self else { return false }
            return chunks.contains { if case .thinking = $0 { true } else { false } }
        }
    }

    var role: Role
    var content: Content
    var toolCalls: [MistralToolCall] = []
    var toolCallID: String?
    var name: String?
    /// The assistant's message is continued.
    var isPrefix = false
    /// Where it (or the first that it was joined from) stands in the request.
    var index: Int
}

/// A tool call in an assistant's message.
struct MistralToolCall {
    /// What stands for an id that was not given.
    static let noID = "null"

    var id: String
    var name: String
    var arguments: PythonJSON
}
