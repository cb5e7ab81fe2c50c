import MartletEngine
import MartletJSON
import MartletModelIR

/// The legacy `logprobs` object of a completion choice, grown token by token.
struct CompletionLogprobs: Sendable {
    private var tokens: [JSONValue] = []
    private var tokenLogprobs: [JSONValue] = []
    private var topLogprobs: [JSONValue] = []
    private var textOffset: [JSONValue] = []
    /// Where the next token starts in the choice's text, in Unicode scalars as Python counts.
    private(set) var nextOffset: Int

    /// Starts at an offset of the choice's text.
    init(offset: Int = 0) { nextOffset = offset }

    /// Adds a token of the prompt, which for the first has no probability.
    mutating func add(promptToken id: Int32, _ entry: TokenLogprobs?, names: TokenNames) {
        if let entry { return add(entry, names: names) }
        append(names.name(id), logprob: .null, top: .null)
    }

    /// Adds a token with its alternatives; the chosen one is always among them, as OpenAI has it.
    mutating func add(_ entry: TokenLogprobs, names: TokenNames) {
        var top = JSONObject()
        for token in [entry.chosen] + entry.top { top[names.name(token.tokenID)] = TokenNames.json(token.logprob) }
        append(names.name(entry.chosen.tokenID), logprob: TokenNames.json(entry.chosen.logprob), top: .object(top))
    }

    private mutating func append(_ name: String, logprob: JSONValue, top: JSONValue) {
        tokens.append(.string(name))
        tokenLogprobs.append(logprob)
        topLogprobs.append(top)
        textOffset.append(.integer(Int64(nextOffset)))
        nextOffset += name.unicodeScalars.count
    }

    /// The object.
    var json: JSONValue {
        [
            "text_offset": .array(textOffset), "token_logprobs": .array(tokenLogprobs), "tokens": .array(tokens),
            "top_logprobs": .array(topLogprobs),
        ]
    }
}
