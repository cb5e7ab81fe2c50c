import MartletEngine
import MartletJSON
import MartletModelIR

/// How log-probabilities name tokens.
struct TokenNames: Sendable {
    let engine: any ServedEngine
    /// `token_id:N` instead of text, which two tokens may share.
    let asIDs: Bool

    /// JSON has no minus infinity; vLLM's floor.
    static func json(_ logprob: Float) -> JSONValue { .double(max(Double(logprob), -9999)) }

    /// The token's name.
    func name(_ tokenID: Int32) -> String {
        asIDs ? "token_id:\(tokenID)" : String(decoding: engine.bytes(ofToken: tokenID), as: UTF8.self)
    }

    /// The token's text as a list of bytes.
    func bytes(_ tokenID: Int32) -> JSONValue {
        .array(engine.bytes(ofToken: tokenID).map { .integer(Int64($0)) })
    }

    /// vLLM's `prompt_logprobs`: per token a map of ids.
    func promptLogprobs(_ entries: [TokenLogprobs?]) -> JSONValue {
        .array(
            entries.map { entry in
                guard let entry else { return .null }
                var map = JSONObject()
                for token in [entry.chosen] + entry.top {
                    map[String(token.tokenID)] = [
                        "logprob": Self.json(token.logprob), "rank": .integer(Int64(token.rank)),
                        "decoded_token": .string(String(decoding: engine.bytes(ofToken: token.tokenID), as: UTF8.self)),
                    ]
                }
                return .object(map)
            })
    }
}
