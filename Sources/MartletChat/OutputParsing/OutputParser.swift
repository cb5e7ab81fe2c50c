public import MartletJSON

/// Turns a model's output text, as it comes, into reasoning, content and tool calls.
///
/// Wherever the text is cut into pieces, the events put together are the same: text that may be the beginning of a
/// marker is held back until it is decided. A tool call comes whole, once it is complete and valid; one that is not
/// (broken JSON, no name, cut off at the end) is content, spelled as the model wrote it. Takes time linear in the text.
public struct OutputParser: Sendable {
    private var reasoning: (any ReasoningSplitter)?
    private var toolCalls: any ToolCallScanner
    private var sink: OutputSink

    /// A parser for one output.
    ///
    /// - Parameters:
    ///   - toolCalls: how the model writes calls; nil leaves them in the content.
    ///   - reasoning: how the model marks reasoning; nil leaves it in the content.
    ///   - tools: the request's tool definitions, as the chat API has them.
    ///   - startsInReasoning: whether the prompt ended within reasoning; nil for what the format usually does.
    ///   - randomness: what tool-call ids are drawn from.
    public init(
        toolCalls: ToolCallFormat?, reasoning: ReasoningFormat?, tools: [JSONValue] = [],
        startsInReasoning: Bool? = nil,
        randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        let format = toolCalls ?? reasoning?.toolCallFormat
        if let reasoning, format?.dividesReasoning != true {
            self.reasoning = reasoning.makeSplitter(
                ReasoningOptions(startsInReasoning: startsInReasoning, toolCallMarkers: format?.markers ?? []))
        }
        self.toolCalls = format?.makeScanner(ToolDefinitions(tools)) ?? NoToolCalls()
        sink = OutputSink(
            trimming: format?.contentTrimming ?? .none,
            ids: ToolCallIDMaker(style: format?.idStyle ?? .uuid, randomness: randomness))
    }

    /// Takes the next piece of the text and gives what is decided by it.
    public mutating func append(_ text: String) -> [OutputEvent] {
        divide(Array(text.utf8))
        return sink.takeEvents()
    }

    /// Gives what was held back, at the end of the text.
    public mutating func finish() -> [OutputEvent] {
        route(reasoning?.finish() ?? [])
        toolCalls.finish(to: &sink)
        sink.finish()
        return sink.takeEvents()
    }

    private mutating func divide(_ text: [UInt8]) {
        guard !text.isEmpty else { return }
        if reasoning == nil { return toolCalls.append(text, to: &sink) }
        route(reasoning?.append(text) ?? [])
    }

    private mutating func route(_ pieces: [DividedText]) {
        for piece in pieces {
            switch piece {
            case .reasoning(let text): sink.reasoning(text[...])
            case .content(let text): toolCalls.append(text, to: &sink)
            }
        }
    }
}

extension OutputParser {
    /// The message of a whole output.
    public mutating func message(of text: String) -> OutputMessage {
        let events = append(text)
        return OutputMessage(events + finish())
    }
}
