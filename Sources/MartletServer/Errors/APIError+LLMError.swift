import HTTPTypes
import Martlet
import MartletGrammar

extension APIError {
    /// How a failure of the engine is reported; `promptParam` names the field that carries the prompt.
    init(_ error: LLMError, promptParam: String) {
        switch error {
        case .invalidRequest(let param, let message): self = .badRequest(message, param: param)
        case .grammar(let error, let param):
            self = .badRequest(error.description, param: param, code: "invalid_grammar")
        case .contextLengthExceeded(_, _, let message):
            self = .badRequest(message, param: promptParam, code: "context_length_exceeded")
        case .unsupported(let message): self = .badRequest(message, code: "unsupported")
        case .modelNotFound(let message):
            self = APIError(
                status: .notFound, type: "invalid_request_error", message: message, param: "model",
                code: "model_not_found")
        case .queueFull(let message): self = .unavailable(message, code: "queue_full", retryAfter: 1)
        case .shuttingDown: self = .shuttingDown
        case .cannotLoad(let message), .engine(let message): self = .internalError(message)
        }
    }
}
