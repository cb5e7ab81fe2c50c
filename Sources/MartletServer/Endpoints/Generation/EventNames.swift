import Martlet
import MartletEngine
import MartletJSON

extension GenerationEvent {
    /// `finish_reason`.
    var finishReasonJSON: JSONValue { finishReason.map { .string($0.rawValue) } ?? .null }

    /// vLLM's `stop_reason`: the stop string or stop token id that ended the output.
    var stopReasonJSON: JSONValue {
        switch stopReason {
        case nil: .null
        case .string(let text): .string(text)
        case .tokenID(let id): .integer(Int64(id))
        }
    }
}

extension JSONValue {
    /// A list of token ids.
    static func tokenIDs(_ ids: [Int32]) -> JSONValue { .array(ids.map { .integer(Int64($0)) }) }
}
