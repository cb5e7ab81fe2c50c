/// Why a model could not be found or downloaded.
public enum HubError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is no model name; the message says what one looks like.
    case invalidName(String)
    /// Downloading is switched off and the cache does not hold what is needed.
    case offline(String)
    /// The hub has no such repository, revision or file.
    case notFound(String)
    /// The repository is private or gated and the token, if any, does not open it.
    case unauthorized(String)
    /// The hub could not be reached, or the connection broke once too often.
    case network(String)
    /// The hub answered something unexpected.
    case badResponse(String)
    /// What arrived is not what the hub announced.
    case corrupted(String)
    /// The disk has no room.
    case diskFull(String)
    /// The operating system refused to read or write a file.
    case fileSystem(path: String, message: String)
    /// libcurl is not installed.
    case missingLibrary(String)
    /// The calling task was cancelled.
    case cancelled

    /// The message alone; it names the model, file or address.
    public var description: String {
        switch self {
        case .invalidName(let message), .offline(let message), .notFound(let message), .unauthorized(let message),
            .network(let message), .badResponse(let message), .corrupted(let message), .diskFull(let message),
            .missingLibrary(let message):
            message
        case .fileSystem(let path, let message): "\(path): \(message)"
        case .cancelled: "the download was cancelled"
        }
    }
}
