/// Who decides whether tools are called; OpenAI's `tool_choice`.
public enum ToolChoice: Sendable, Hashable {
    /// The model.
    case auto
    /// None is called; what looks like a call is content.
    case none
    /// At least one is called.
    case required
    /// The one of this name is called, once.
    case named(String)
}
