/// A token whose log-probability at one position of a prompt is wanted.
public struct TokenProbe: Sendable, Hashable {
    /// Index of a prompt token; the log-probability is that of `tokenID` as the token after it.
    public var position: Int
    /// Vocabulary index.
    public var tokenID: Int32

    /// Memberwise.
    public init(position: Int, tokenID: Int32) {
        self.position = position
        self.tokenID = tokenID
    }
}
