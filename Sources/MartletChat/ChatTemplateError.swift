/// Why a chat template could not be parsed or rendered.
public struct ChatTemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: Hashable, Sendable {
        /// The template's text is no template.
        case syntax
        /// The template called `raise_exception`: the conversation does not fit it, and the message says why.
        case raised
        /// An undefined value was used.
        case undefined
        /// An operation does not exist for the values it got.
        case type
        /// A value is out of the range of what an operation accepts.
        case value
        /// The template reached for something the sandbox refuses.
        case security
        /// The template needs more steps, memory or nesting than is allowed.
        case limit
    }

    /// What went wrong.
    public var kind: Kind
    /// What, and what would be accepted; for `raised` the template's own words.
    public var message: String
    /// The line of the template, from 1, where known.
    public var line: Int?

    /// An error at a line of the template.
    public init(_ kind: Kind, _ message: String, line: Int? = nil) {
        self.kind = kind
        self.message = message
        self.line = line
    }

    /// The message with the line.
    public var description: String {
        if kind == .raised { return message }
        return line.map { "chat template, line \($0): \(message)" } ?? "chat template: \(message)"
    }
}
