/// Compiles constraints for one vocabulary. Compiled grammars are kept by content: two requests with the same schema share
/// one, and grammars share the token masks of lexemes they have in common.
public final class GrammarCompiler: Sendable {
    /// The tokens that grammars are compiled for.
    public var vocabulary: TokenVocabulary { table.vocabulary }
    /// What one grammar may cost.
    public let limits: GrammarLimits

    let table: TokenTable
    let store = LexemeMaskStore(maxBytes: 64 << 20)
    private let cache = GrammarCache()

    /// Sorts the vocabulary once (tens of milliseconds for 128k tokens).
    public init(vocabulary: TokenVocabulary, limits: GrammarLimits = GrammarLimits()) {
        table = TokenTable(vocabulary)
        self.limits = limits
    }

    /// The compiled grammar of `specification`, from the cache where it has been compiled before. Runs where it is called:
    /// call it on a task of its own. Throws within the limits, whatever the input.
    public func compile(
        _ specification: GrammarSpecification, options: GrammarOptions = GrammarOptions()
    ) throws(GrammarError) -> CompiledGrammar {
        try cache.grammar(of: GrammarCacheKey(specification, options)) { () throws(GrammarError) in
            try compile { (budget) throws(GrammarError) in
                try RuleGrammar(specification, options: options, budget: budget)
            }
        }
    }

    /// Compiles the rules that `source` makes. Nothing is cached but masks.
    func compile(_ source: @escaping CompiledGrammar.Source) throws(GrammarError) -> CompiledGrammar {
        try CompiledGrammar(table: table, store: store, limits: limits, source: source)
    }
}
