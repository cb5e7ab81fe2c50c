/// Why a checkpoint cannot be read; every message says what was found and what would be accepted.
public enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing usable at the path: the message says what was looked for.
    case notFound(path: String, message: String)
    /// The operating system refused; the message holds its reason.
    case unreadable(path: String, message: String)
    /// The file breaks its format's rules: truncated, inconsistent or hostile.
    case malformed(file: String, message: String)
    /// The file is sound but holds something that is not supported.
    case unsupported(file: String, message: String)

    /// Path and message.
    public var description: String {
        switch self {
        case .notFound(let path, let message), .unreadable(let path, let message): "\(path): \(message)"
        case .malformed(let file, let message), .unsupported(let file, let message): "\(file): \(message)"
        }
    }
}
