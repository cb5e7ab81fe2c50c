/// Numbers the rules of a grammar by name while it is read, whichever comes first: the use or the definition.
struct RuleNames {
    private var numbers: [ExactName: Int] = [:]
    private(set) var rules: [Entry] = []

    struct Entry {
        var name: String
        /// Positions in the source.
        var firstUse: Int?
        var definition: Int?
        var expression: SyntaxExpression = .regular(.nothing)
    }

    /// Compares scalar by scalar, not by canonical equivalence.
    private struct ExactName: Hashable {
        var scalars: [Unicode.Scalar]

        init(_ name: String) { scalars = Array(name.unicodeScalars) }
    }

    /// The number of the rule of this name.
    mutating func number(of name: String, usedAt position: Int?) -> Int {
        let key = ExactName(name)
        if let known = numbers[key] {
            if rules[known].firstUse == nil { rules[known].firstUse = position }
            return known
        }
        rules.append(Entry(name: name, firstUse: position))
        numbers[key] = rules.count - 1
        return rules.count - 1
    }

    /// The number of a rule that has been named before.
    func number(of name: String) -> Int? { numbers[ExactName(name)] }

    /// A rule without a name that matches the chunks from any one to any later one, and nothing at all.
    mutating func substring(of chunks: [String]) -> SyntaxExpression {
        var rest = SyntaxExpression.empty
        var alternatives: [SyntaxExpression] = [.empty]
        for chunk in chunks.reversed() {
            rules.append(
                Entry(
                    name: "", firstUse: 0, definition: 0,
                    expression: .optional(.sequence([.regular(.literal(chunk)), rest]))))
            rest = .rule(rules.count - 1)
            alternatives.append(rest)
        }
        return .choice(alternatives)
    }

    /// Gives a rule what it matches; a rule has one definition.
    mutating func define(
        _ name: String, at position: Int, in source: GrammarCursor, as expression: SyntaxExpression
    ) throws(GrammarError) {
        let number = number(of: name, usedAt: nil)
        if let earlier = rules[number].definition {
            throw source.error("rule '\(name)' is already defined at \(source.place(earlier))", at: position)
        }
        rules[number].definition = position
        rules[number].expression = expression
    }

    /// The grammar with `root` as its start, once everything has been read.
    func grammar(root: String, source: GrammarCursor) throws(GrammarError) -> SyntaxGrammar {
        for rule in rules where rule.definition == nil {
            throw source.error("rule '\(rule.name)' is not defined", at: rule.firstUse ?? 0)
        }
        guard let start = number(of: root) else {
            throw GrammarError(.invalid, "the grammar has no rule '\(root)', which is where it would start")
        }
        return SyntaxGrammar(
            rules: rules.map { SyntaxGrammar.Rule(name: $0.name, expression: $0.expression) }, root: .rule(start))
    }
}
