import Martlet
import MartletChat
import MartletJSON
import Synchronization

/// Turns a chat's events into `chat.completion.chunk` events.
final class ChatStream: StreamEncoder {
    private struct State {
        var hasStarted = false
        var usage = Usage()
        var completionTokens: [Int]
        var readers: [ChoiceReader]
    }

    private let prefix: [UInt8]
    private let request: ChatCompletionRequest
    private let names: TokenNames
    /// Tokens would tell the reasoning that the client does not want.
    private let hidesTokens: Bool
    private let state: Mutex<State>

    init(identity: AnswerIdentity, request: ChatCompletionRequest, parser: OutputParser?, names: TokenNames) {
        prefix = identity.eventPrefix
        self.request = request
        self.names = names
        hidesTokens = parser != nil && !request.includesReasoning
        let n = request.fields.template.n
        state = Mutex(
            State(
                completionTokens: Array(repeating: 0, count: n),
                readers: Array(repeating: ChoiceReader(parser, request: request), count: n)))
    }

    func chunks(for event: GenerationEvent, prompt: Int) -> [UInt8] {
        let (isFirst, news) = state.withLock { state in
            state.usage.add(event, prompt: prompt)
            state.completionTokens[event.index] += event.tokenIDs.count
            defer { state.hasStarted = true }
            let delta = state.readers[event.index].read(event)
            return (
                !state.hasStarted,
                News(
                    event: event, delta: delta,
                    finishReason: state.readers[event.index].finishReason(event),
                    completionTokens: state.completionTokens[event.index])
            )
        }
        let opening = isFirst ? opening(event) : []
        let wantsTokens =
            !hidesTokens
            && (!event.logprobs.isEmpty || (request.fields.returnTokenIDs && !event.tokenIDs.isEmpty))
        guard !news.delta.isEmpty || event.finishReason != nil || wantsTokens else { return opening }
        return opening + chunk(news)
    }

    /// An event and what it means for its choice.
    private struct News {
        var event: GenerationEvent
        var delta: ChatDelta
        var finishReason: JSONValue
        var completionTokens: Int
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

    private func chunk(_ news: News) -> [UInt8] {
        let event = news.event
        var chunk = JSONText(prefix)
        chunk.raw("{\"index\":")
        chunk.integer(event.index)
        chunk.raw(",\"delta\":")
        chunk.value(.object(members(news)))
        chunk.raw(",\"logprobs\":")
        chunk.value(
            ChatLogprobs.json(
                event.logprobs, names: names,
                isWanted: request.fields.template.logprobs != nil && !event.logprobs.isEmpty && !hidesTokens))
        chunk.raw(",\"finish_reason\":")
        chunk.value(news.finishReason)
        if event.finishReason != nil {
            chunk.raw(",\"stop_reason\":")
            chunk.value(event.stopReasonJSON)
        }
        if request.fields.returnTokenIDs, !hidesTokens {
            chunk.raw(",\"token_ids\":")
            chunk.value(.tokenIDs(event.tokenIDs))
        }
        chunk.raw("}]")
        close(&chunk, event, completionTokens: news.completionTokens)
        return chunk.bytes
    }

    private func members(_ news: News) -> JSONObject {
        let delta = news.delta
        var object = JSONObject()
        if !delta.reasoning.isEmpty { object.setReasoning(delta.reasoning) }
        if !delta.content.isEmpty { object["content"] = .string(delta.content) }
        if !delta.toolCalls.isEmpty {
            object["tool_calls"] = .array(delta.toolCalls.map { .object($0.json) })
        }
        return object
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
