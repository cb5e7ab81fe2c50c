import Martlet
import MartletJSON
import Synchronization

/// Turns a chat's events into `chat.completion.chunk` events.
final class ChatStream: StreamEncoder {
    private struct State {
        var hasStarted = false
        var usage = Usage()
        var completionTokens: [Int]
    }

    private let prefix: [UInt8]
    private let request: ChatCompletionRequest
    private let names: TokenNames
    private let state: Mutex<State>

    init(identity: AnswerIdentity, request: ChatCompletionRequest, names: TokenNames) {
        prefix = identity.eventPrefix
        self.request = request
        self.names = names
        state = Mutex(State(completionTokens: Array(repeating: 0, count: request.fields.template.n)))
    }

    func chunks(for event: GenerationEvent, prompt: Int) -> [UInt8] {
        let (isFirst, tokens) = state.withLock { state in
            state.usage.add(event, prompt: prompt)
            state.completionTokens[event.index] += event.tokenIDs.count
            defer { state.hasStarted = true }
            return (!state.hasStarted, state.completionTokens[event.index])
        }
        let opening = isFirst ? opening(event) : []
        let wantsTokens = event.logprobs.isEmpty == false || (request.fields.returnTokenIDs && !event.tokenIDs.isEmpty)
        guard !event.text.isEmpty || event.finishReason != nil || wantsTokens else { return opening }
        return opening + delta(event, completionTokens: tokens)
    }

    /// The role of every choice, before any content.
    private func opening(_ event: GenerationEvent) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<request.fields.template.n {
            var chunk = JSONText(prefix)
            chunk.raw("{\"index\":")
            chunk.integer(index)
            chunk.raw(",\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]")
            if index == 0, request.fields.returnTokenIDs, let ids = event.promptTokenIDs {
                chunk.raw(",\"prompt_token_ids\":")
                chunk.value(.tokenIDs(ids))
            }
            close(&chunk, event, completionTokens: 0)
            bytes += chunk.bytes
            if let text = request.echoedText, !text.isEmpty { bytes += echo(text, index: index) }
        }
        return bytes
    }

    private func echo(_ text: String, index: Int) -> [UInt8] {
        var chunk = JSONText(prefix)
        chunk.raw("{\"index\":")
        chunk.integer(index)
        chunk.raw(",\"delta\":{\"content\":")
        chunk.string(text)
        chunk.raw("},\"logprobs\":null,\"finish_reason\":null}]}\n\n")
        return chunk.bytes
    }

    private func delta(_ event: GenerationEvent, completionTokens: Int) -> [UInt8] {
        var chunk = JSONText(prefix)
        chunk.raw("{\"index\":")
        chunk.integer(event.index)
        chunk.raw(",\"delta\":{")
        if !event.text.isEmpty || event.finishReason == nil {
            chunk.raw("\"content\":")
            chunk.string(event.text)
        }
        chunk.raw("},\"logprobs\":")
        chunk.value(
            ChatLogprobs.json(
                event.logprobs, names: names,
                isWanted: request.fields.template.logprobs != nil && !event.logprobs.isEmpty))
        chunk.raw(",\"finish_reason\":")
        chunk.value(event.finishReasonJSON)
        if event.finishReason != nil {
            chunk.raw(",\"stop_reason\":")
            chunk.value(event.stopReasonJSON)
        }
        if request.fields.returnTokenIDs {
            chunk.raw(",\"token_ids\":")
            chunk.value(.tokenIDs(event.tokenIDs))
        }
        chunk.raw("}]")
        close(&chunk, event, completionTokens: completionTokens)
        return chunk.bytes
    }

    private func close(_ chunk: inout JSONText, _ event: GenerationEvent, completionTokens: Int) {
        if request.fields.continuousUsage {
            chunk.raw(",\"usage\":")
            chunk.value(Usage.running(promptTokens: event.numPromptTokens, completionTokens: completionTokens))
        }
        chunk.raw("}\n\n")
    }

    func closing() -> [UInt8] {
        guard request.fields.includeUsage else { return [] }
        var chunk = JSONText(prefix)
        chunk.raw("],\"usage\":")
        chunk.value(state.withLock { $0.usage.json })
        chunk.raw("}\n\n")
        return chunk.bytes
    }
}
