/// Reads grammars in the spelling xgrammar documents and llama.cpp calls GBNF: `root ::= "a" [b-c]* (d | "e"){2,3}`.
///
/// Where the two differ, what either accepts is accepted; `\x` takes any number of digits, as in xgrammar.
struct EBNFParser {
    /// The macro names of xgrammar, which are no rules.
    static let macros: Set<String> = [
        "TagDispatch", "Token", "ExcludeToken", "TokenTagDispatch", "Regex", "Substring",
    ]

    var cursor: GrammarCursor
    var names = RuleNames()
    let budget: GrammarBudget
    private var nesting = 0

    private init(_ text: String, budget: GrammarBudget) throws(GrammarError) {
        cursor = try GrammarCursor(text, limits: budget.limits)
        self.budget = budget
    }

    /// The grammar that `text` spells, starting at its rule `root`.
    static func parse(
        _ text: String, root: String = "root", budget: GrammarBudget
    ) throws(GrammarError) -> SyntaxGrammar {
        var parser = try EBNFParser(text, budget: budget)
        parser.skipSpace()
        while !parser.cursor.isAtEnd { try parser.rule() }
        return try parser.names.grammar(root: root, source: parser.cursor)
    }

    /// Moves past white space, line ends and comments.
    mutating func skipSpace() {
        while let scalar = cursor.next {
            switch scalar {
            case " ", "\t", "\n", "\r": cursor.position += 1
            case "#": while let skipped = cursor.next, skipped != "\n", skipped != "\r" { cursor.position += 1 }
            default: return
            }
        }
    }

    // MARK: Rules

    private mutating func rule() throws(GrammarError) {
        let start = cursor.position
        let name = identifier()
        guard !name.isEmpty else { throw cursor.error("expected the name of a rule, not \(cursor.nextName)") }
        let isFirstOnLine = cursor.scalars[..<start].reversed().prefix { $0 != "\n" && $0 != "\r" }
            .allSatisfy { $0 == " " || $0 == "\t" }
        guard isFirstOnLine else {
            throw cursor.error("the name of rule '\(name)' must be the first on its line", at: start)
        }
        let attributes = try attributes()
        skipSpace()
        guard cursor.take("::=") else {
            throw cursor.error("expected '::=' after the rule name '\(name)', not \(cursor.nextName)")
        }
        var expression = try choice()
        try skipLookahead()
        if attributes?.isLazy == true { expression = try shortest(expression, name, at: start) }
        try names.define(name, at: start, in: cursor, as: expression)
        skipSpace()
    }

    /// The texts of a lazy rule: those that do not go on from another one.
    private func shortest(
        _ expression: SyntaxExpression, _ name: String, at start: Int
    ) throws(GrammarError) -> SyntaxExpression {
        guard let regex = expression.regex else {
            throw cursor.error(
                "the lazy rule '\(name)' refers to other rules; only literals, classes and Regex(...) can be lazy",
                at: start, .unsupported)
        }
        return .regular(.shortest(of: regex))
    }

    /// A lookahead assertion tells xgrammar what follows a rule, to make its masks cheaper; it does not constrain.
    private mutating func skipLookahead() throws(GrammarError) {
        guard cursor.take("(=") else { return }
        _ = try choice()
        try close()
        guard cursor.isAtEnd || startsRule() else {
            throw cursor.error("a lookahead assertion must be the last of its rule")
        }
    }

    private mutating func close() throws(GrammarError) {
        guard cursor.take(")") else { throw cursor.error("expected ')', not \(cursor.nextName)") }
        skipSpace()
    }

    // MARK: Expressions

    private mutating func choice() throws(GrammarError) -> SyntaxExpression {
        var alternatives = [try sequence()]
        while cursor.take("|") { alternatives.append(try sequence()) }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func sequence() throws(GrammarError) -> SyntaxExpression {
        var parts: [SyntaxExpression] = []
        skipSpace()
        while let scalar = cursor.next, scalar != "|", scalar != ")", !cursor.starts(with: "(="), !startsRule() {
            try budget.spend()
            let part = try element()
            skipSpace()
            if let (atLeast, atMost) = try repetition() {
                parts.append(.repeated(part, atLeast: atLeast, atMost: atMost))
                skipSpace()
            } else {
                parts.append(part)
            }
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func element() throws(GrammarError) -> SyntaxExpression {
        let start = cursor.position
        switch cursor.next {
        case "(":
            nesting += 1
            let limit = budget.limits.maxNesting
            guard nesting <= limit else { throw cursor.error("more than \(limit) levels of groups", .tooComplex) }
            cursor.position += 1
            let inner = try choice()
            try close()
            nesting -= 1
            return inner
        case "\"":
            return .regular(.literal(try literal()))
        case "[":
            return .regular(.scalars(try characterClass()))
        case "<", "!":
            throw cursor.error(
                "tokens such as <[1000]> are not supported in grammars; a structural tag can name special tokens",
                .unsupported)
        default:
            let name = identifier()
            guard !name.isEmpty else {
                throw cursor.error("expected a literal, class, group or rule name, not \(cursor.nextName)")
            }
            if Self.macros.contains(name) { return try macro(name, at: start) }
            // GBNF's any scalar; xgrammar reads it as a rule name.
            if name.allSatisfy({ $0 == "." }), names.number(of: name) == nil {
                return .regular(.sequence(name.map { _ in .anyScalar }))
            }
            return .rule(names.number(of: name, usedAt: start))
        }
    }

    /// A `*`, `+`, `?` or `{m,n}` behind an element.
    private mutating func repetition() throws(GrammarError) -> (atLeast: Int, atMost: Int?)? {
        if cursor.take("*") { return (0, nil) }
        if cursor.take("+") { return (1, nil) }
        if cursor.take("?") { return (0, 1) }
        let start = cursor.position
        guard cursor.take("{") else { return nil }
        let atLeast = try count()
        var atMost: Int? = atLeast
        if cursor.take(",") {
            skipSpace()
            atMost = cursor.next == "}" || cursor.take("-1") ? nil : try count()
        }
        skipSpace()
        guard cursor.take("}") else {
            throw cursor.error("expected ',' or '}' in a repetition, not \(cursor.nextName)")
        }
        if let atMost, atMost < atLeast {
            throw cursor.error("at least \(atLeast) and at most \(atMost) times cannot be", at: start)
        }
        return (atLeast, atMost)
    }

    private mutating func count() throws(GrammarError) -> Int {
        skipSpace()
        let start = cursor.position
        let digits = cursor.take { $0 >= "0" && $0 <= "9" }
        guard !digits.isEmpty else { throw cursor.error("expected a number, not \(cursor.nextName)") }
        guard let value = Int32(digits) else { throw cursor.error("the number \(digits) is too large", at: start) }
        skipSpace()
        return Int(value)
    }

    // MARK: Names

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".": true
        default: false
        }
    }

    mutating func identifier() -> String { cursor.take(while: Self.isNameScalar) }

    /// Whether the next name is one that is being defined: `name ::=` or `name[attributes] ::=`.
    private func startsRule() -> Bool {
        guard let scalar = cursor.next, Self.isNameScalar(scalar) else { return false }
        var ahead = self
        _ = ahead.identifier()
        if ahead.cursor.take("[") {
            var isQuoted = false
            while let scalar = ahead.cursor.next, isQuoted || scalar != "]", scalar != "\n" {
                if scalar == "\"" { isQuoted.toggle() }
                ahead.cursor.position += 1
            }
            guard ahead.cursor.take("]") else { return false }
        }
        ahead.skipSpace()
        return ahead.cursor.starts(with: "::=")
    }
}
