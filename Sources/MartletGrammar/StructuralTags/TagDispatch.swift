/// Free text in which certain words begin something else: at the end of the first of them, its content follows.
struct TagDispatch {
    /// A word and what follows it. Words are not empty.
    var cases: [(word: String, content: SyntaxExpression)] = []
    /// Whether free text goes on after the content, with further words.
    var loops = true
    /// Words that the free text does not contain.
    var excludes: [String] = []
    /// Whether the text may also end before the first word.
    var isOptional = true
    /// Whether there may be text before the first word.
    var allowsLeadingText = true

    /// The free text: none of the words in it.
    private var free: Regex { .without(cases.map(\.word) + excludes) }

    /// The language as an expression.
    func expression(budget: GrammarBudget) throws(GrammarError) -> SyntaxExpression {
        var entries: [SyntaxExpression] = []
        var immediate: [SyntaxExpression] = []
        for (word, content) in cases {
            entries.append(.sequence([.regular(try before(word, budget)), .mark(word), content]))
            immediate.append(.sequence([.mark(word), content]))
        }
        let entry = SyntaxExpression.choice(entries)
        let first = allowsLeadingText ? entry : .choice(immediate)
        let end = SyntaxExpression.regular(free)
        switch (loops, isOptional) {
        case (true, true) where allowsLeadingText: return .sequence([.star(entry), end])
        case (true, true): return .optional(.sequence([first, .star(entry), end]))
        case (true, false): return .sequence([first, .star(entry), end])
        case (false, true): return .choice([allowsLeadingText ? end : .empty, first])
        case (false, false): return first
        }
    }

    /// The free text before a word, such that the word is the first to be complete: no word is complete within the free
    /// text, nor across its end before `word` is.
    private func before(_ word: String, _ budget: GrammarBudget) throws(GrammarError) -> Regex {
        let target = Array(word.unicodeScalars)
        var endings: Set<[Unicode.Scalar]> = []
        for other in cases.map(\.word) + excludes {
            let scalars = Array(other.unicodeScalars)
            try budget.spend(scalars.count + scalars.count * min(scalars.count, target.count) / 256)
            // `other` within `word`, complete before it.
            if scalars.count < target.count, Self.contains(target.dropLast(), scalars) { return .nothing }
            for split in 1..<max(1, scalars.count) {
                let rest = scalars[split...]
                if rest.count < target.count, target.starts(with: rest) { endings.insert(Array(scalars[..<split])) }
            }
        }
        if endings.isEmpty { return free }
        let words = endings.map { String(String.UnicodeScalarView($0)) }.sorted()
        return .intersection([free, .notEnding(in: words)])
    }

    private static func contains(_ text: ArraySlice<Unicode.Scalar>, _ part: [Unicode.Scalar]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text.dropFirst($0).starts(with: part) }
    }
}
