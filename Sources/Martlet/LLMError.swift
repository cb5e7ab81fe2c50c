public import MartletGrammar

/// Why a model could not be loaded or a request could not be served.
public enum LLMError: Error, Hashable, Sendable {
    /// No model of this name; the message says where was looked.
    case modelNotFound(String)
    /// The model is there but damaged, too large or incomplete.
    case cannotLoad(String)
    /// The model or option is well formed, but this engine does not serve it.
    case unsupported(String)
    /// The request is wrong; `param` is the OpenAI name of the field to change.
    case invalidRequest(param: String?, message: String)
    /// What the request asks of its output cannot be kept; `param` is the OpenAI name of the field.
    case grammar(GrammarError, param: String)
    /// The waiting queue is full; the same request may succeed later.
    case queueFull(String)
    /// The engine drains or is gone.
    case shuttingDown
    /// The prompt leaves no room for an output token.
    case contextLengthExceeded(promptTokens: Int, maxModelLen: Int, message: String)
    /// The engine failed while serving.
    case engine(String)
}

extension LLMError: CustomStringConvertible {
    /// The message alone.
    public var description: String {
        switch self {
        case .modelNotFound(let message), .cannotLoad(let message), .unsupported(let message),
            .queueFull(let message), .engine(let message):
            message
        case .invalidRequest(let param?, let message): "\(param): \(message)"
        case .invalidRequest(nil, let message): message
        case .grammar(let error, let param): "\(param): \(error)"
        case .shuttingDown: "the engine is shutting down"
        case .contextLengthExceeded(_, _, let message): message
        }
    }
}
