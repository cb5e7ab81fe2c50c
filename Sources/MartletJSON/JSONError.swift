/// Why a text is not the JSON that was expected, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what would be accepted.
    public var message: String
    /// The byte offset in the text.
    public var offset: Int

    /// An error at a byte offset of the text.
    public init(_ message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    /// The message with the offset.
    public var description: String { "invalid JSON at byte \(offset): \(message)" }
}
