/// A function call that a model asks for.
public struct ToolCall: Hashable, Sendable {
    /// What the tool's answer refers to.
    public var id: String
    /// The function's name, never empty.
    public var name: String
    /// The arguments as the text of a JSON object.
    public var arguments: String

    /// A call of the function `name`.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// One piece of a model's output, told apart by an `OutputParser`.
public enum OutputEvent: Hashable, Sendable {
    /// What the model thinks before it answers.
    case reasoning(String)
    /// What the model says to the user.
    case content(String)
    /// A complete call.
    case toolCall(ToolCall)
    /// A call whose arguments follow, as they come; its own are empty. Only where a grammar holds the output to calls.
    case toolCallStart(ToolCall)
    /// More of the arguments of the call that was started last.
    case toolCallArguments(String)
}
