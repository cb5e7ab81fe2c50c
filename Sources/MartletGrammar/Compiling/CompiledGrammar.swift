import Synchronization

/// A grammar ready to constrain output, shared by all requests that ask for the same.
public final class CompiledGrammar: Sendable {
    /// Makes the rules of the grammar: once when it is compiled, and again whenever its automaton starts afresh.
    typealias Source = @Sendable (GrammarBudget) throws(GrammarError) -> RuleGrammar

    /// Keywords of the schema that are not enforced, because the options allowed to ignore them.
    public let ignoredKeywords: [IgnoredKeyword]

    /// Whether the empty text is complete.
    let acceptsEmptyText: Bool
    let table: TokenTable
    private let source: Source
    private let store: LexemeMaskStore
    private let limits: GrammarLimits
    private let state: Mutex<State>
    /// When a generation has grown to this many bytes, the next one begins.
    private let maxBytes: Int
    private let numBytes: Atomic<Int>

    private struct State {
        var engine: GrammarEngine
        /// Counts the automata that the grammar has had.
        var generation = 0
    }

    init(
        table: TokenTable, store: LexemeMaskStore, limits: GrammarLimits = GrammarLimits(), maxBytes: Int = 16 << 20,
        maxGrowth: Int = 4, source: @escaping Source
    ) throws(GrammarError) {
        self.table = table
        self.store = store
        self.limits = limits
        self.source = source
        let engine = try GrammarEngine(source(GrammarBudget(limits)), table: table, store: store)
        self.maxBytes = max(maxBytes, maxGrowth * engine.byteCount)
        numBytes = Atomic(engine.byteCount)
        ignoredKeywords = engine.ignoredKeywords
        acceptsEmptyText = engine.automaton.accepts(engine.automaton.start)
        state = Mutex(State(engine: engine))
    }

    /// Bytes of memory that the automaton held when it was last used, with its terms, rules and masks, about.
    var byteCount: Int { numBytes.load(ordering: .relaxed) }

    /// Runs `body` with the automaton as it is.
    func withCurrentEngine<Result: Sendable>(_ body: (GrammarEngine, Int) -> Result) -> Result {
        state.withLock { state in body(state.engine, state.generation) }
    }

    /// Runs `body` with the automaton that is in use now and the number of its generation.
    func withEngine<Result: Sendable>(
        _ body: (GrammarEngine, Int) throws(GrammarError) -> Result
    ) throws(GrammarError) -> Result {
        try state.withLock { state throws(GrammarError) in
            state.engine.automaton.budget.restart()
            let bytes = state.engine.byteCount
            numBytes.store(bytes, ordering: .relaxed)
            if bytes > maxBytes {
                state.engine = try GrammarEngine(source(GrammarBudget(limits)), table: table, store: store)
                state.generation += 1
            }
            return try body(state.engine, state.generation)
        }
    }
}
