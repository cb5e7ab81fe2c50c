import Martlet
import MartletChat
import MartletEngine
import MartletJSON

/// What an event adds to one of a choice's calls: all of it, its beginning, or more of its arguments.
struct ToolCallDelta: Sendable, Hashable {
    /// Which call.
    var index: Int
    /// The call, unless it began before; arguments may follow.
    var start: ToolCall?
    /// What is added to the arguments of a call that began before.
    var arguments = ""
}

/// What an event adds to a choice's message.
struct ChatDelta: Sendable, Hashable {
    var reasoning = ""
    var content = ""
    var toolCalls: [ToolCallDelta] = []

    var isEmpty: Bool { reasoning.isEmpty && content.isEmpty && toolCalls.isEmpty }

    /// Appends what came later.
    mutating func append(_ later: ChatDelta) {
        reasoning += later.reasoning
        content += later.content
        for call in later.toolCalls { append(call) }
    }

    /// Appends to a call, or another call.
    mutating func append(_ delta: ToolCallDelta) {
        if delta.start == nil, let last = toolCalls.last, last.index == delta.index {
            if last.start == nil {
                toolCalls[toolCalls.count - 1].arguments += delta.arguments
            } else {
                toolCalls[toolCalls.count - 1].start?.arguments += delta.arguments
            }
        } else {
            toolCalls.append(delta)
        }
    }
}

/// Tells apart what one choice's text consists of.
struct ChoiceReader: Sendable {
    private var parser: OutputParser?
    private let includesReasoning: Bool
    private let maxToolCalls: Int
    private let choosesTool: Bool
    /// Calls so far, those included that are too many.
    private var numToolCalls = 0

    init(_ parser: OutputParser?, request: ChatCompletionRequest) {
        self.parser = parser
        includesReasoning = request.includesReasoning
        maxToolCalls = request.chat.allowsParallelToolCalls ? .max : 1
        if case .named = request.chat.toolChoice { choosesTool = false } else { choosesTool = true }
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
            case .toolCall(let call), .toolCallStart(let call):
                numToolCalls += 1
                add(ToolCallDelta(index: numToolCalls - 1, start: call), to: &delta)
            case .toolCallArguments(let text):
                add(ToolCallDelta(index: numToolCalls - 1, arguments: text), to: &delta)
            }
        }
        return delta
    }

    private func add(_ call: ToolCallDelta, to delta: inout ChatDelta) {
        if call.index < maxToolCalls { delta.append(call) }
    }

    /// The choice's `finish_reason` with this last event: calls are what the model stopped for, unless the request named
    /// the one to make.
    func finishReason(_ event: GenerationEvent) -> JSONValue {
        numToolCalls > 0 && choosesTool && event.finishReason == .stop ? "tool_calls" : event.finishReasonJSON
    }
}

extension ToolCallDelta {
    /// The delta as a member of a chunk's `tool_calls`.
    var json: JSONObject {
        var object = JSONObject()
        object["index"] = .integer(Int64(index))
        if let start {
            for (name, value) in start.json { object[name] = value }
        } else {
            object["function"] = ["arguments": .string(arguments)]
        }
        return object
    }
}

extension ToolCall {
    /// The call as a member of a message's `tool_calls`.
    var json: JSONObject {
        var object = JSONObject()
        object["id"] = .string(id)
        object["type"] = "function"
        object["function"] = ["name": .string(name), "arguments": .string(arguments)]
        return object
    }
}
