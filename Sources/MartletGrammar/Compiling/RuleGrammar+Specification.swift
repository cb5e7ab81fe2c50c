extension RuleGrammar {
    /// The rules of a specification, by the front end that reads it.
    init(_ specification: GrammarSpecification, options: GrammarOptions, budget: GrammarBudget) throws(GrammarError) {
        let table = RuleTable(terms: TermArena(budget: budget))
        var ignored: [IgnoredKeyword] = []
        self = try TextGrammars.rules(of: specification, options: options, in: table) {
            (schema, options) throws(GrammarError) in
            let rule = try JSONSchemaFrontEnd.rule(of: schema, options: options, in: table)
            ignored += rule.ignored
            return rule.start
        }
        self.ignored += ignored
    }
}
