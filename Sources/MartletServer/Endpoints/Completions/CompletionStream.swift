import Martlet
import MartletJSON
import Synchronization

/// Turns a completion's events into `text_completion` events.
final class CompletionStream: StreamEncoder {
    private struct State {
        var hasStarted: [Bool]
        /// The first event of each prompt: it carries the prompt's ids and log-probabilities.
        var heads: [GenerationEvent?]
        var offsets: [Int]
        var completionTokens: [Int]
        var usage = Usage()
    }

    private let prefix: [UInt8]
    private let choices: CompletionChoices
    private let state: Mutex<State>

    init(identity: AnswerIdentity, choices: CompletionChoices) {
        prefix = identity.eventPrefix
        self.choices = choices
        let count = choices.count
        state = Mutex(
            State(
                hasStarted: Array(repeating: false, count: count),
                heads: Array(repeating: nil, count: choices.prompts.count),
                offsets: Array(repeating: 0, count: count), completionTokens: Array(repeating: 0, count: count)))
    }

    func chunks(for event: GenerationEvent, prompt: Int) -> [UInt8] {
        let index = choices.index(prompt: prompt, output: event.index)
        let (news, isFirst, tokens, head) = state.withLock { state in
            state.usage.add(choices.counted(event), prompt: prompt)
            state.completionTokens[index] += choices.tokenIDs(event).count
            if state.heads[prompt] == nil { state.heads[prompt] = event }
            let isFirst = !state.hasStarted[index]
            let head = isFirst ? state.heads[prompt] : nil
            let news = choices.news(event, prompt: prompt, echo: head, offset: state.offsets[index])
            state.offsets[index] = news.nextOffset
            state.hasStarted[index] = true
            return (news, isFirst, state.completionTokens[index], head)
        }
        let fields = choices.request.fields
        let wantsTokens = !event.logprobs.isEmpty || (fields.returnTokenIDs && (isFirst || !event.tokenIDs.isEmpty))
        guard !news.text.isEmpty || event.finishReason != nil || wantsTokens else { return [] }
        var chunk = JSONText(prefix)
        write(news, event, index: index, to: &chunk)
        if fields.returnTokenIDs {
            if isFirst {
                chunk.raw(",\"prompt_token_ids\":")
                chunk.value(.tokenIDs(head?.promptTokenIDs ?? []))
            }
            chunk.raw(",\"token_ids\":")
            chunk.value(.tokenIDs(choices.tokenIDs(event)))
        }
        chunk.raw("}]")
        if fields.continuousUsage {
            chunk.raw(",\"usage\":")
            chunk.value(Usage.running(promptTokens: event.numPromptTokens, completionTokens: tokens))
        }
        chunk.raw("}\n\n")
        return chunk.bytes
    }

    private func write(_ news: CompletionChoices.News, _ event: GenerationEvent, index: Int, to chunk: inout JSONText) {
        chunk.raw("{\"index\":")
        chunk.integer(index)
        chunk.raw(",\"text\":")
        chunk.string(news.text)
        chunk.raw(",\"logprobs\":")
        chunk.value(news.logprobs?.json ?? .null)
        chunk.raw(",\"finish_reason\":")
        chunk.value(event.finishReasonJSON)
        chunk.raw(",\"stop_reason\":")
        chunk.value(event.stopReasonJSON)
    }

    func closing() -> [UInt8] {
        guard choices.request.fields.includeUsage else { return [] }
        var chunk = JSONText(prefix)
        chunk.raw("],\"usage\":")
        chunk.value(state.withLock { $0.usage.json })
        chunk.raw("}\n\n")
        return chunk.bytes
    }
}
