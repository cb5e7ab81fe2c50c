/// How much work one grammar may cost, to compile and to run.
public struct GrammarLimits: Hashable, Sendable {
    /// Bytes of the schema, regex or grammar.
    public var maxSourceBytes = 4 << 20
    /// Levels of nesting of schemas, groups or tags.
    public var maxNesting = 64
    /// Terms, states and rules that a grammar may make while it compiles, and again per generated token.
    public var maxStates = 500_000
    /// Time one compilation may take.
    public var compileTime: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}

/// Counts the work of one compilation (or one step) against its limits. Not shared between tasks.
final class GrammarBudget {
    let limits: GrammarLimits
    /// What was spent so far.
    private(set) var states = 0
    /// Set when the first thousand states are spent, so that small steps never ask for the time.
    private var deadline: ContinuousClock.Instant?

    init(_ limits: GrammarLimits = GrammarLimits()) { self.limits = limits }

    /// Forgets what was spent: a new step begins.
    func restart() {
        states = 0
        deadline = nil
    }

    /// Pays for `count` states; looks at the clock now and then.
    func spend(_ count: Int = 1) throws(GrammarError) {
        let before = states
        states += count
        if states > limits.maxStates {
            throw GrammarError(.tooComplex, "needs more than \(limits.maxStates) states")
        }
        if before >> 10 != states >> 10 { try lookAtClock() }
    }

    private func lookAtClock() throws(GrammarError) {
        let now = ContinuousClock.now
        let deadline = deadline ?? now + limits.compileTime
        self.deadline = deadline
        if now > deadline {
            throw GrammarError(.tooComplex, "takes longer than \(limits.compileTime) to compile")
        }
    }
}
