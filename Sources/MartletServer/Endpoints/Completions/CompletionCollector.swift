import Martlet
import MartletEngine
import MartletJSON
import Synchronization

/// Gathers a completion's events into one `text_completion`.
final class CompletionCollector: Sendable {
    private struct State {
        /// What an output said, all events in one.
        var outputs: [GenerationEvent?]
        /// The first event of each prompt: it carries the prompt's ids and log-probabilities.
        var heads: [GenerationEvent?]
        var usage = Usage()
    }

    private let identity: AnswerIdentity
    private let choices: CompletionChoices
    private let state: Mutex<State>

    init(identity: AnswerIdentity, choices: CompletionChoices) {
        self.identity = identity
        self.choices = choices
        state = Mutex(
            State(
                outputs: Array(repeating: nil, count: choices.count),
                heads: Array(repeating: nil, count: choices.prompts.count)))
    }

    /// Adds one event.
    func add(_ event: GenerationEvent, prompt: Int) {
        let index = choices.index(prompt: prompt, output: event.index)
        state.withLock { state in
            state.usage.add(choices.counted(event), prompt: prompt)
            if event.promptTokenIDs != nil { state.heads[prompt] = event }
            guard var output = state.outputs[index] else {
                state.outputs[index] = event
                return
            }
            output.text += event.text
            output.tokenIDs += event.tokenIDs
            output.logprobs += event.logprobs
            output.finishReason = event.finishReason ?? output.finishReason
            output.stopReason = event.stopReason ?? output.stopReason
            state.outputs[index] = output
        }
    }

    /// The body of the answer.
    var answer: JSONValue {
        let state = state.withLock { $0 }
        var object = identity.members
        object["choices"] = .array(
            state.outputs.enumerated().compactMap { index, output in
                output.map { json($0, index: index, heads: state.heads) }
            })
        object["usage"] = state.usage.json
        return .object(object)
    }

    private func json(_ output: GenerationEvent, index: Int, heads: [GenerationEvent?]) -> JSONValue {
        let fields = choices.request.fields
        let prompt = index / fields.template.n
        let head = heads[prompt] ?? output
        let news = choices.news(output, prompt: prompt, echo: head, offset: 0)
        var object = JSONObject()
        object["index"] = .integer(Int64(index))
        object["text"] = .string(news.text)
        object["logprobs"] = news.logprobs?.json ?? .null
        object["finish_reason"] = output.finishReasonJSON
        object["stop_reason"] = output.stopReasonJSON
        object["prompt_logprobs"] = head.promptLogprobs.map { choices.names.promptLogprobs($0) } ?? .null
        if fields.returnTokenIDs {
            object["prompt_token_ids"] = .tokenIDs(head.promptTokenIDs ?? [])
            object["token_ids"] = .tokenIDs(choices.tokenIDs(output))
        }
        return .object(object)
    }
}
