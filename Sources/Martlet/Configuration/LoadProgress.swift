/// How far loading has come.
public struct LoadProgress: Sendable, Hashable {
    /// What is being done.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Fetching files from a hub; counts bytes.
        case download
        /// Opening files and reading the tokenizer; no counts.
        case open
        /// Checking and packing weights; no counts.
        case compile
        /// Ready to serve.
        case ready
    }

    /// The phase.
    public var phase: Phase
    /// The file or model in hand.
    public var detail: String
    /// Units done in this phase.
    public var completed: Int
    /// Units of this phase; nil when unknown.
    public var total: Int?

    /// A report from a phase.
    public init(phase: Phase, detail: String, completed: Int = 0, total: Int? = nil) {
        self.phase = phase
        self.detail = detail
        self.completed = completed
        self.total = total
    }
}
