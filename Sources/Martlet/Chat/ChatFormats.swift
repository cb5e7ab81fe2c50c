import MartletChat
import MartletTokenizers

/// How a model writes tool calls and reasoning.
struct ChatFormats: Sendable {
    let toolCalls: ToolCallFormat?
    let reasoning: ReasoningFormat?
    /// Special tokens that mark calls.
    let toolCallTokens: Set<Int32>
    /// Special tokens that mark reasoning.
    let reasoningTokens: Set<Int32>

    /// The reasoning format was told by the template and not named.
    private let guessesReasoning: Bool

    /// The formats the configuration names, else those that template and vocabulary tell.
    ///
    /// **Throws** `unsupported` for names that are not known.
    init(_ configuration: LLMConfiguration, template: ChatTemplate?, tokenizer: Tokenizer?) throws(LLMError) {
        let detected = OutputFormats(chatTemplate: template?.source) { tokenizer?.id(of: $0) != nil }
        toolCalls = try Self.chosen(
            configuration.toolCallParser, "--tool-call-parser", ToolCallFormat.named, ToolCallFormat.names,
            detected.toolCalls)
        reasoning = try Self.chosen(
            configuration.reasoningParser, "--reasoning-parser", ReasoningFormat.named, ReasoningFormat.names,
            detected.reasoning)
        guessesReasoning = configuration.reasoningParser == nil
        toolCallTokens = Self.tokens(of: toolCalls?.markers ?? [], tokenizer)
        reasoningTokens = Self.tokens(of: reasoning?.markers ?? [], tokenizer)
    }

    /// Whether an output starts in reasoning; nil for what the format usually does.
    ///
    /// Templates mention reasoning also for models that do without. Where nobody named the format, only a prompt that
    /// opens reasoning or an output that does is taken for it.
    func startsInReasoning(after prompt: GenerationRequest.Prompt) -> Bool? {
        if case .text(let text) = prompt, let starts = reasoning?.startsInReasoning(afterPrompt: text) { return starts }
        return guessesReasoning ? false : nil
    }

    private static func tokens(of markers: [String], _ tokenizer: Tokenizer?) -> Set<Int32> {
        tokenizer?.specialTokenIDs { token in markers.contains { $0.contains(token) } } ?? []
    }

    /// What turns a parser off.
    private static let none = "none"

    private static func chosen<Format>(
        _ name: String?, _ flag: String, _ find: (String) -> Format?, _ names: [String], _ detected: Format?
    ) throws(LLMError) -> Format? {
        guard let name else { return detected }
        if name == none { return nil }
        guard let format = find(name) else {
            throw .unsupported(
                "\(flag): there is no \(name); known are \(names.joined(separator: ", ")) and \(none)")
        }
        return format
    }
}
