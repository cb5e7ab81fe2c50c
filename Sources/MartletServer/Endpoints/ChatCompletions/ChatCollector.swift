import Martlet
import MartletChat
import MartletEngine
import MartletJSON
import Synchronization

/// Gathers a chat's events into one `chat.completion`.
final class ChatCollector: Sendable {
    private struct State {
        var choices: [Choice]
        var usage = Usage()
        var promptTokenIDs: [Int32]?
        var promptLogprobs: [TokenLogprobs?]?
    }

    private struct Choice {
        var reader: ChoiceReader
        var message = ChatDelta()
        var tokenIDs: [Int32] = []
        var logprobs: [TokenLogprobs] = []
        var finishReason = JSONValue.null
        var stopReason = JSONValue.null
    }

    private let identity: AnswerIdentity
    private let request: ChatCompletionRequest
    private let names: TokenNames
    /// Tokens would tell the reasoning that the client does not want.
    private let hidesTokens: Bool
    private let state: Mutex<State>

    init(identity: AnswerIdentity, request: ChatCompletionRequest, parser: OutputParser?, names: TokenNames) {
        self.identity = identity
        self.request = request
        self.names = names
        hidesTokens = parser != nil && !request.includesReasoning
        let choice = Choice(reader: ChoiceReader(parser, request: request))
        state = Mutex(State(choices: Array(repeating: choice, count: request.fields.template.n)))
    }

    /// Adds one event.
    func add(_ event: GenerationEvent) {
        state.withLock { state in
            state.usage.add(event, prompt: 0)
            state.promptTokenIDs = state.promptTokenIDs ?? event.promptTokenIDs
            state.promptLogprobs = state.promptLogprobs ?? event.promptLogprobs
            state.choices[event.index].message.append(state.choices[event.index].reader.read(event))
            state.choices[event.index].tokenIDs += event.tokenIDs
            state.choices[event.index].logprobs += event.logprobs
            if event.finishReason != nil {
                state.choices[event.index].finishReason = state.choices[event.index].reader.finishReason(event)
                state.choices[event.index].stopReason = event.stopReasonJSON
            }
        }
    }

    /// The body of the answer.
    var answer: JSONValue {
        let state = state.withLock { $0 }
        var object = identity.members
        object["choices"] = .array(state.choices.enumerated().map { json($1, index: $0) })
        object["usage"] = state.usage.json
        if let logprobs = state.promptLogprobs { object["prompt_logprobs"] = names.promptLogprobs(logprobs) }
        if request.fields.returnTokenIDs { object["prompt_token_ids"] = .tokenIDs(state.promptTokenIDs ?? []) }
        return .object(object)
    }

    private func json(_ choice: Choice, index: Int) -> JSONValue {
        var object = JSONObject()
        object["index"] = .integer(Int64(index))
        object["message"] = .object(message(choice.message))
        object["logprobs"] = ChatLogprobs.json(
            choice.logprobs, names: names, isWanted: request.fields.template.logprobs != nil && !hidesTokens)
        object["finish_reason"] = choice.finishReason
        object["stop_reason"] = choice.stopReason
        if request.fields.returnTokenIDs, !hidesTokens { object["token_ids"] = .tokenIDs(choice.tokenIDs) }
        return .object(object)
    }

    /// Content is null where the answer is all reasoning and calls.
    private func message(_ message: ChatDelta) -> JSONObject {
        let content = (request.echoedText ?? "") + message.content
        let isOther = !message.reasoning.isEmpty || !message.toolCalls.isEmpty
        var object = JSONObject()
        object["role"] = "assistant"
        object["content"] = content.isEmpty && isOther ? .null : .string(content)
        object["refusal"] = .null
        if !message.reasoning.isEmpty { object.setReasoning(message.reasoning) }
        if !message.toolCalls.isEmpty {
            object["tool_calls"] = .array(message.toolCalls.compactMap { $0.start.map { .object($0.json) } })
        }
        return object
    }
}
