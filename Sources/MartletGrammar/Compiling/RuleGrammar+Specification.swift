extension RuleGrammar {
    /// The rules of a specification, by the front end that reads it.
    init(
        _ specification: GrammarSpecification, options: GrammarOptions, limits: GrammarLimits, budget: GrammarBudget
    ) throws(GrammarError) {
        throw GrammarError(.unsupported, "not built yet")
    }
}
