/// Where the answer of an output begins, whose model may reason before it.
public struct ReasoningBoundary: Sendable, Hashable {
    /// Whether the output begins within reasoning.
    public var isOpen: Bool
    /// The texts that open reasoning where it is not open yet.
    public var starts: [String]
    /// The texts that end it; the answer begins after them.
    public var ends: [String]
    /// The texts that end it and belong to the answer, such as the mark of a tool call.
    public var breaks: [String]
}

extension ReasoningFormat {
    /// Where the answer of an output begins; nil for outputs that are answers from the beginning.
    ///
    /// `startsInReasoning` tells whether the prompt ended within reasoning; nil: it did not say.
    public func boundary(startsInReasoning: Bool?) -> ReasoningBoundary? {
        switch name {
        case "openai_gptoss":
            // Harmony's answer is the message of the last channel.
            return ReasoningBoundary(
                isOpen: true, starts: [],
                ends: ["<|channel|>final<|message|>", "<|channel|>final <|constrain|>json<|message|>"], breaks: [])
        case "cohere_command3", "cohere_command4":
            return ReasoningBoundary(
                isOpen: startsInReasoning ?? true, starts: ["<|START_THINKING|>"],
                ends: ["<|START_RESPONSE|>", "<|START_TEXT|>"], breaks: [])
        case "identity": return nil
        case "minimax_m2_append_think":
            return ReasoningBoundary(
                isOpen: startsInReasoning ?? true, starts: ["<think>"], ends: ["</think>"], breaks: [])
        default: break
        }
        guard let markup, startsInReasoning != false else { return nil }
        return ReasoningBoundary(
            isOpen: startsInReasoning ?? markup.startsInReasoning, starts: markup.starts, ends: markup.ends,
            breaks: markup.breaks)
    }
}
