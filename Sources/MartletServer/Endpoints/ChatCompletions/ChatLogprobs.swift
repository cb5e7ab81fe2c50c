import MartletEngine
import MartletJSON
import MartletModelIR

/// OpenAI's `logprobs` object of a chat choice.
enum ChatLogprobs {
    /// Null when none were asked for.
    static func json(_ entries: [TokenLogprobs], names: TokenNames, isWanted: Bool) -> JSONValue {
        guard isWanted else { return .null }
        return ["content": .array(entries.map { entry(for: $0, names: names) })]
    }

    private static func entry(for logprobs: TokenLogprobs, names: TokenNames) -> JSONValue {
        var object = token(logprobs.chosen, names: names)
        object["top_logprobs"] = .array(logprobs.top.map { .object(token($0, names: names)) })
        return .object(object)
    }

    private static func token(_ token: TokenLogprob, names: TokenNames) -> JSONObject {
        var object = JSONObject()
        object["token"] = .string(names.name(token.tokenID))
        object["logprob"] = TokenNames.json(token.logprob)
        object["bytes"] = names.bytes(token.tokenID)
        return object
    }
}
