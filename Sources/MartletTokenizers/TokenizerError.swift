/// Why a tokenizer could not be loaded.
public enum TokenizerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file says something that cannot be: what, and where.
    case malformed(String)
    /// The file asks for a part that is not implemented: its kind, its name, and the names that are.
    case unsupported(part: String, name: String, supported: String)

    /// What is wrong, or what would be supported.
    public var description: String {
        switch self {
        case .malformed(let message): "malformed tokenizer: \(message)"
        case .unsupported(let part, let name, let supported):
            "unsupported tokenizer \(part) '\(name)'; supported: \(supported)"
        }
    }
}
