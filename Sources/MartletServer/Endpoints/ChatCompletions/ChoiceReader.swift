import Martlet
import MartletChat
import MartletEngine
import MartletJSON

/// What an event adds to a choice's message.
struct ChatDelta: Sendable, Hashable {
    var reasoning = ""
    var content = ""
    var toolCalls: [ToolCall] = []

    var isEmpty: Bool { reasoning.isEmpty && content.isEmpty && toolCalls.isEmpty }

    /// Appends what came later.
    mutating func append(_ later: ChatDelta) {
        reasoning += later.reasoning
        content += later.content
        toolCalls += later.toolCalls
    }
}

/// Tells apart what one choice's text consists of.
struct ChoiceReader: Sendable {
    private var parser: OutputParser?
    private let includesReasoning: Bool
    private let maxToolCalls: Int
    /// Calls so far.
    private(set) var numToolCalls = 0

    init(_ parser: OutputParser?, request: ChatCompletionRequest) {
        self.parser = parser
        includesReasoning = request.includesReasoning
        maxToolCalls = request.allowsParallelToolCalls ? .max : 1
    }

    /// What the text of the choice's next event adds.
    mutating func read(_ event: GenerationEvent) -> ChatDelta {
        guard var parser else { return ChatDelta(content: event.text) }
        var events = parser.append(event.text)
        if event.finishReason != nil { events += parser.finish() }
        self.parser = parser
        var delta = ChatDelta()
        for event in events {
            switch event {
            case .reasoning(let text): if includesReasoning { delta.reasoning += text }
            case .content(let text): delta.content += text
            case .toolCall(let call):
                guard numToolCalls < maxToolCalls else { continue }
                numToolCalls += 1
                delta.toolCalls.append(call)
            }
        }
        return delta
    }

    /// The choice's `finish_reason` with this last event: calls are what the model stopped for.
    func finishReason(_ event: GenerationEvent) -> JSONValue {
        numToolCalls > 0 && event.finishReason == .stop ? "tool_calls" : event.finishReasonJSON
    }
}

extension ToolCall {
    /// The call as a member of `tool_calls`.
    var json: JSONObject {
        var object = JSONObject()
        object["id"] = .string(id)
        object["type"] = "function"
        object["function"] = ["name": .string(name), "arguments": .string(arguments)]
        return object
    }
}
