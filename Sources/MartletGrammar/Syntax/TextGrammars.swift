import MartletJSON

/// Everything a request can ask for besides a JSON Schema, as rules.
enum TextGrammars {
    /// The rules of a specification. `schemaRules` makes those of JSON Schemas, alone or within grammars and tags.
    static func rules(
        of specification: GrammarSpecification, options: GrammarOptions, in table: RuleTable,
        schemaRules: @escaping StructuralTagRules.SchemaRules
    ) throws(GrammarError) -> RuleGrammar {
        let budget = table.terms.budget
        switch specification {
        case .jsonSchema(let schema):
            return RuleGrammar(rules: table, start: try schemaRules(schema, options))
        case .jsonObject:
            return RuleGrammar(rules: table, start: try schemaRules(["type": "object"], options))
        case .regex(let pattern):
            let regex = try PatternParser.wholeMatch(pattern, limits: budget.limits)
            return try RuleGrammar(SyntaxGrammar(root: .regular(regex)), in: table)
        case .choice(let choices):
            return try RuleGrammar(choice(choices, budget: budget), in: table)
        case .grammar(let text):
            guard !text.isEmpty else { throw GrammarError(.invalid, "the grammar is empty") }
            let grammar =
                isLark(text)
                ? try LarkGrammar.parse(text, budget: budget) { (schema) throws(GrammarError) in
                    .nonterminal(try schemaRules(schema, options))
                } : try EBNFParser.parse(text, budget: budget)
            return try RuleGrammar(grammar, in: table)
        case .structuralTag(let json):
            let tag = try StructuralTagReader.read(json, budget: budget)
            return try StructuralTagRules.rules(of: tag, options: options, in: table, schemaRules: schemaRules)
        }
    }

    private static func choice(
        _ choices: [String], budget: GrammarBudget
    ) throws(GrammarError) -> SyntaxGrammar {
        guard !choices.isEmpty else { throw GrammarError(.invalid, "the list of choices is empty") }
        try budget.spend(choices.reduce(choices.count) { $0 + $1.utf8.count })
        return SyntaxGrammar(root: .regular(.anyOf(choices)))
    }

    /// As vLLM tells the two apart: EBNF defines rules with `::=`. Comments do not count.
    static func isLark(_ text: String) -> Bool {
        let lines = text.unicodeScalars.split { $0 == "\n" }
        return !lines.contains { line in
            var previous: [Unicode.Scalar] = []
            for scalar in line {
                if scalar == "#" || (scalar == "/" && previous.last == "/") { return false }
                if scalar == "=", previous.suffix(2) == [":", ":"] { return true }
                previous.append(scalar)
            }
            return false
        }
    }
}
