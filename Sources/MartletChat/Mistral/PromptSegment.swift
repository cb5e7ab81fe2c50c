/// A piece of a prompt that is encoded by itself.
public enum PromptSegment: Hashable, Sendable {
    /// A control token by its spelling, for instance `[INST]`.
    case control(String)
    /// Text in which control tokens mean nothing.
    case text(String)
}
