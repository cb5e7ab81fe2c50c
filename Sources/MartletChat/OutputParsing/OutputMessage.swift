/// A model's whole output, told apart: what a non-streaming answer holds.
public struct OutputMessage: Hashable, Sendable {
    /// All reasoning, nil when there is none.
    public private(set) var reasoning: String?
    /// All content, nil when there is none.
    public private(set) var content: String?
    /// The calls in order.
    public private(set) var toolCalls: [ToolCall] = []

    /// The sum of an output's events.
    public init(_ events: some Sequence<OutputEvent>) {
        for event in events {
            switch event {
            case .reasoning(let text): reasoning = (reasoning ?? "") + text
            case .content(let text): content = (content ?? "") + text
            case .toolCall(let call), .toolCallStart(let call): toolCalls.append(call)
            case .toolCallArguments(let text):
                if !toolCalls.isEmpty { toolCalls[toolCalls.count - 1].arguments += text }
            }
        }
    }
}
