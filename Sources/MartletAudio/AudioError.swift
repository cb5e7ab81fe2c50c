/// Why audio cannot be used: what is wrong, where, and what would be accepted.
public struct AudioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What sort of thing is wrong.
    public enum Kind: Hashable, Sendable {
        /// The bytes cannot be read: no such file, a failing disk.
        case unreadable
        /// A well-formed file of a kind nobody here decodes.
        case unsupported
        /// The file breaks its format's rules, or ends too early.
        case malformed
        /// More bytes, seconds, channels or samples than `AudioLimits` allow.
        case tooLarge
        /// A decoder that is not installed; `package` brings it.
        case missingCodec(package: String)
    }

    /// What sort of thing is wrong.
    public var kind: Kind
    /// What is wrong, where, and what would be accepted.
    public var message: String

    /// An error of a kind.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
