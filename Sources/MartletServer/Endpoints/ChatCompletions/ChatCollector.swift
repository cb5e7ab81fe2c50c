import Martlet
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
        var text = ""
        var tokenIDs: [Int32] = []
        var logprobs: [TokenLogprobs] = []
        var finishReason = JSONValue.null
        var stopReason = JSONValue.null
    }

    private let identity: AnswerIdentity
    private let request: ChatCompletionRequest
    private let names: TokenNames
    private let state: Mutex<State>

    init(identity: AnswerIdentity, request: ChatCompletionRequest, names: TokenNames) {
        self.identity = identity
        self.request = request
        self.names = names
        state = Mutex(State(choices: Array(repeating: Choice(), count: request.fields.template.n)))
    }

    /// Adds one event.
    func add(_ event: GenerationEvent) {
        state.withLock { state in
            state.usage.add(event, prompt: 0)
            state.promptTokenIDs = state.promptTokenIDs ?? event.promptTokenIDs
            state.promptLogprobs = state.promptLogprobs ?? event.promptLogprobs
            state.choices[event.index].text += event.text
            state.choices[event.index].tokenIDs += event.tokenIDs
            state.choices[event.index].logprobs += event.logprobs
            if event.finishReason != nil {
                state.choices[event.index].finishReason = event.finishReasonJSON
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
        object["message"] = [
            "role": "assistant", "content": .string((request.echoedText ?? "") + choice.text), "refusal": nil,
        ]
        object["logprobs"] = ChatLogprobs.json(
            choice.logprobs, names: names, isWanted: request.fields.template.logprobs != nil)
        object["finish_reason"] = choice.finishReason
        object["stop_reason"] = choice.stopReason
        if request.fields.returnTokenIDs { object["token_ids"] = .tokenIDs(choice.tokenIDs) }
        return .object(object)
    }
}
