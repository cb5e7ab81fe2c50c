import MartletJSON

/// Makes rules of what `LarkParser` has read. Terminals and everything in quotes or slashes become lexemes, each
/// followed by as much ignored text as there is; where lexemes meet, every way to divide the text counts.
struct LarkGrammar {
    /// What an inline schema becomes.
    typealias SchemaRule = (JSONValue) throws(GrammarError) -> Symbol

    private let parser: LarkParser
    private let schemaRule: SchemaRule
    private let budget: GrammarBudget
    private var names = RuleNames()
    private var terminals: [String: Terminal] = [:]
    private var skip = SyntaxExpression.empty

    private struct Terminal {
        var definition: LarkDefinition
        var regex: Regex?
        var isBeingMade = false
    }

    /// Terminals within terminals, and levels of the regexes they become; both are walked by recursion.
    private static let maxDepth = 128

    /// The grammar that `text` spells, starting at its rule `start`.
    static func parse(
        _ text: String, budget: GrammarBudget, schemaRule: @escaping SchemaRule
    ) throws(GrammarError) -> SyntaxGrammar {
        var parser = try LarkParser(text, budget: budget)
        try parser.parse()
        var grammar = LarkGrammar(parser: parser, budget: budget, schemaRule: schemaRule)
        return try grammar.make()
    }

    private init(parser: LarkParser, budget: GrammarBudget, schemaRule: @escaping SchemaRule) {
        self.parser = parser
        self.budget = budget
        self.schemaRule = schemaRule
    }

    private mutating func make() throws(GrammarError) -> SyntaxGrammar {
        for definition in parser.definitions where definition.isTerminal {
            if let earlier = terminals[definition.name] {
                throw parser.cursor.error(
                    "terminal '\(definition.name)' is already defined at "
                        + "\(parser.cursor.place(earlier.definition.position))",
                    at: definition.position)
            }
            terminals[definition.name] = Terminal(definition: definition)
        }
        var ignored: [Regex] = []
        for expression in parser.ignored { ignored.append(try regex(expression, depth: 0)) }
        if !ignored.isEmpty {
            let any = Regex.union(ignored)
            skip = .regular(.repeated(any, atLeast: 0, atMost: parser.options.ignoresOnce ? 1 : nil))
        }
        for definition in parser.definitions where !definition.isTerminal {
            let expression = try rule(definition)
            try names.define(definition.name, at: definition.position, in: parser.cursor, as: expression)
        }
        var grammar = try names.grammar(root: "start", source: parser.cursor)
        if parser.options.allowsInitialSkip { grammar.root = .sequence([skip, grammar.root]) }
        return grammar
    }

    // MARK: Rules

    private mutating func rule(_ definition: LarkDefinition) throws(GrammarError) -> SyntaxExpression {
        guard definition.isLazy || definition.suffix != nil else { return try expression(definition.expression) }
        var body = try regex(definition.expression, depth: 0)
        if let suffix = definition.suffix { body = .sequence([body, try regex(suffix, depth: 0)]) }
        return lexeme(.shortest(of: body))
    }

    private func lexeme(_ regex: Regex) -> SyntaxExpression {
        skip == .empty ? .regular(regex) : .sequence([.regular(regex), skip])
    }

    private mutating func expression(_ lark: LarkExpression) throws(GrammarError) -> SyntaxExpression {
        try budget.spend()
        switch lark {
        case .name(let name, let position) where !LarkDefinition.isTerminal(name):
            return .rule(names.number(of: name, usedAt: position))
        case .special(let text):
            return .sequence([.mark(text), skip])
        case .schema(let schema, let position):
            do {
                return .sequence([.symbol(try schemaRule(schema)), skip])
            } catch {
                throw parser.cursor.error("%json: \(error)", at: position, error.reason)
            }
        case .substring(let chunks):
            return .sequence([names.substring(of: chunks), skip])
        case .sequence(let parts):
            return .sequence(try expressions(parts))
        case .choice(let parts):
            return .choice(try expressions(parts))
        case .repeated(let part, let atLeast, let atMost):
            return .repeated(try expression(part), atLeast: atLeast, atMost: atMost)
        case .intersection(_, let position):
            throw parser.cursor.error("'&' is only supported in terminals; write the name in upper case", at: position)
        case .literal("", _, _):
            return .empty
        case .literal, .range, .regex, .name, .not:
            return lexeme(try regex(lark, depth: 0))
        }
    }

    private mutating func expressions(_ parts: [LarkExpression]) throws(GrammarError) -> [SyntaxExpression] {
        var made: [SyntaxExpression] = []
        for part in parts { made.append(try expression(part)) }
        return made
    }

    // MARK: Terminals

    private mutating func regex(_ lark: LarkExpression, depth: Int) throws(GrammarError) -> Regex {
        try budget.spend()
        switch lark {
        case .literal(let text, false, _): return .literal(text)
        case .literal(let text, true, let position):
            let escaped = text.unicodeScalars.map { "\\u{\(String($0.value, radix: 16))}" }.joined()
            return try pattern(escaped, "i", position)
        case .range(let first, let last): return .scalars(ScalarSet(first...last))
        case .regex(let text, let flags, let position): return try pattern(text, flags, position)
        case .name(let name, let position): return try terminal(name, position, depth: depth)
        case .substring(let chunks):
            var regex = Regex.empty
            guard chunks.count <= Self.maxDepth else {
                throw GrammarError(.tooComplex, "more than \(Self.maxDepth) substring chunks within a terminal")
            }
            var starts: [Regex] = [.empty]
            for chunk in chunks.reversed() {
                regex = .repeated(.sequence([.literal(chunk), regex]), atLeast: 0, atMost: 1)
                starts.append(regex)
            }
            return .union(starts)
        case .sequence(let parts): return .sequence(try regexes(parts, depth))
        case .choice(let parts): return .union(try regexes(parts, depth))
        case .intersection(let parts, _): return .intersection(try regexes(parts, depth))
        case .not(let part): return .complement(try regex(part, depth: depth))
        case .repeated(let part, let atLeast, let atMost):
            return .repeated(try regex(part, depth: depth), atLeast: atLeast, atMost: atMost)
        case .special(let name):
            throw GrammarError(.invalid, "the special token \(name) cannot be part of a terminal")
        case .schema(_, let position):
            throw parser.cursor.error("%json cannot be part of a terminal", at: position)
        }
    }

    private mutating func regexes(_ parts: [LarkExpression], _ depth: Int) throws(GrammarError) -> [Regex] {
        var made: [Regex] = []
        for part in parts { made.append(try regex(part, depth: depth)) }
        return made
    }

    private func pattern(_ text: String, _ flags: String, _ position: Int) throws(GrammarError) -> Regex {
        do {
            return try RustPattern.wholeMatch(text, flags: flags, limits: budget.limits)
        } catch {
            throw parser.cursor.error(error.message, at: position, error.reason)
        }
    }

    private mutating func terminal(_ name: String, _ position: Int, depth: Int) throws(GrammarError) -> Regex {
        guard LarkDefinition.isTerminal(name) else {
            throw parser.cursor.error("the rule '\(name)' cannot be part of a terminal", at: position)
        }
        guard let terminal = terminals[name] else {
            throw parser.cursor.error("terminal '\(name)' is not defined", at: position)
        }
        guard !terminal.isBeingMade else {
            throw parser.cursor.error("terminal '\(name)' contains itself", at: position)
        }
        guard depth < Self.maxDepth, (terminal.regex?.depth ?? 0) < Self.maxDepth else {
            throw parser.cursor.error(
                "terminals within terminals, more than \(Self.maxDepth) deep", at: position, .tooComplex)
        }
        if let regex = terminal.regex {
            try budget.spend(regex.nodeCount)
            return regex
        }
        terminals[name]?.isBeingMade = true
        let made = try regex(terminal.definition.expression, depth: depth + 1)
        terminals[name]?.isBeingMade = false
        terminals[name]?.regex = made
        return made
    }
}
