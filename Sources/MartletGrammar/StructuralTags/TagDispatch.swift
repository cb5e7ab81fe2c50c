/// Free text in which certain words begin something else: at the end of the first of them, its content follows.
struct TagDispatch {
    /// A word and what follows it. Words are not empty.
    var cases: [(word: String, content: SyntaxExpression)] = []
    /// Whether free text goes on after the content, with further words.
    var loops = true
    /// Words that the free text does not contain.
    var excludes: [String] = []
    /// The free text: none of the words in it.
    private var free: Regex { .without(cases.map(\.word) + excludes) }

    /// The language as an expression.
    func expression(budget: GrammarBudget) throws(GrammarError) -> SyntaxExpression {
        for excluded in excludes {
            let scalars = excluded.unicodeScalars
            if let word = cases.first(where: { $0.word.unicodeScalars.starts(with: scalars) })?.word {
                throw GrammarError(.invalid, "'\(excluded)' is excluded, but '\(word)' begins with it")
            }
        }
        var entries: [SyntaxExpression] = []
        for (word, content) in cases {
            entries.append(.sequence([.regular(try before(word, budget)), .mark(word), content]))
        }
        let end = SyntaxExpression.regular(free)
        return loops ? .sequence([.star(.choice(entries)), end]) : .choice([end] + entries)
    }

    /// The free text before a word. No word is complete in it; nor is one that began in it before `word` is, or just
    /// then, since the longer one counts. Words within `word` do not count until `word` is ruled out.
    private func before(_ word: String, _ budget: GrammarBudget) throws(GrammarError) -> Regex {
        let target = Array(word.unicodeScalars)
        var endings: Set<[Unicode.Scalar]> = []
        for (index, other) in (excludes + cases.map(\.word)).enumerated() {
            let scalars = Array(other.unicodeScalars)
            try budget.spend(scalars.count + scalars.count * min(scalars.count, target.count) / 256)
            if index < excludes.count, Self.contains(target, scalars) { return .nothing }
            for split in 1..<max(1, scalars.count) {
                let rest = scalars[split...]
                if target.starts(with: rest) { endings.insert(Array(scalars[..<split])) }
            }
        }
        if endings.isEmpty { return free }
        let words = endings.map { String(String.UnicodeScalarView($0)) }.sorted()
        return .intersection([free, .notEnding(in: words)])
    }

    private static func contains(_ text: [Unicode.Scalar], _ part: [Unicode.Scalar]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text.dropFirst($0).starts(with: part) }
    }
}
