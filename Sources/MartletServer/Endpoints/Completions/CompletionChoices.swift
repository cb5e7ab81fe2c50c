import Martlet
import MartletEngine
import MartletJSON

/// What the streamed and the complete answer of a completion make of an event.
struct CompletionChoices: Sendable {
    /// News of one choice.
    struct News: Sendable {
        var text: String
        /// nil when not asked for.
        var logprobs: CompletionLogprobs?
        /// Where the text after this starts, for the next event's logprobs.
        var nextOffset: Int
    }

    let request: CompletionRequest
    let prompts: [GenerationRequest.Prompt]
    let names: TokenNames

    /// Choices of the answer, prompt by prompt.
    var count: Int { prompts.count * request.fields.template.n }

    /// The choice an output of a prompt is.
    func index(prompt: Int, output: Int) -> Int { prompt * request.fields.template.n + output }

    /// The prompt's text, when it is echoed.
    func echoedText(_ prompt: Int) -> String {
        guard request.fields.echo else { return "" }
        switch prompts[prompt] {
        case .text(let text): return text
        // The ids come from the engine's own vocabulary check; it refuses the request before any event.
        case .tokenIDs(let ids): return (try? names.engine.decode(ids, skipSpecialTokens: false)) ?? ""
        }
    }

    /// An event as news of its choice; `echo` is what the first event of the prompt brought, for the choice's first.
    func news(_ event: GenerationEvent, prompt: Int, echo: GenerationEvent?, offset: Int) -> News {
        var news = News(text: "", nextOffset: offset)
        var logprobs = CompletionLogprobs(offset: offset)
        if let echo, request.fields.echo {
            news.text = echoedText(prompt)
            if let ids = echo.promptTokenIDs, let entries = echo.promptLogprobs {
                for (id, entry) in zip(ids, entries) { logprobs.add(promptToken: id, entry, names: names) }
            }
        }
        if !request.echoesOnly {
            news.text += event.text
            for entry in event.logprobs { logprobs.add(entry, names: names) }
        }
        news.nextOffset = logprobs.nextOffset
        if request.fields.template.logprobs != nil { news.logprobs = logprobs }
        return news
    }

    /// The tokens an event counts for.
    func tokenIDs(_ event: GenerationEvent) -> [Int32] { request.echoesOnly ? [] : event.tokenIDs }

    /// The event as the usage counts it.
    func counted(_ event: GenerationEvent) -> GenerationEvent {
        var event = event
        event.tokenIDs = tokenIDs(event)
        return event
    }
}
