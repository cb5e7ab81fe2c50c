/// Why a constraint on the output cannot be used: what is wrong, where, and what would be accepted.
public struct GrammarError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Reason: String, Hashable, Sendable {
        /// The text is not a schema, regex, grammar or tag.
        case invalid
        /// It is well formed, but says something that is not enforced exactly.
        case unsupported
        /// No text can satisfy it.
        case unsatisfiable
        /// It needs more states, time or nesting than the budget allows.
        case tooComplex
    }

    /// The kind of failure.
    public var reason: Reason
    /// JSON pointer of the schema (or structural tag) that failed; nil where the source is not JSON.
    public var pointer: String?
    /// The keyword at `pointer` that failed.
    public var keyword: String?
    /// What is wrong and what would be accepted.
    public var message: String

    /// Memberwise.
    public init(_ reason: Reason, pointer: String? = nil, keyword: String? = nil, _ message: String) {
        self.reason = reason
        self.pointer = pointer
        self.keyword = keyword
        self.message = message
    }

    /// `message`, preceded by the place.
    public var description: String {
        guard let pointer else { return message }
        let place = pointer.isEmpty ? "the schema" : pointer
        return keyword.map { "'\($0)' at \(place): \(message)" } ?? "\(place): \(message)"
    }
}
