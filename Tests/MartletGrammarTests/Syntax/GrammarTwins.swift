@testable import MartletGrammar

/// Decides whether a text is in the language of a `SyntaxGrammar` by the definition: which spans of the text each rule
/// derives, found by trying until nothing new comes up.
struct SpanRecognizer {
    private let grammar: SyntaxGrammar
    private let text: [Unicode.Scalar]
    private let arena: TermArena
    /// `ends[rule][start]`: where texts of the rule that begin at `start` end.
    private var ends: [[Set<Int>]]

    static func accepts(_ grammar: SyntaxGrammar, _ text: String) throws -> Bool {
        var recognizer = SpanRecognizer(grammar, text)
        return try recognizer.run()
    }

    private init(_ grammar: SyntaxGrammar, _ text: String) {
        self.grammar = grammar
        self.text = Array(text.unicodeScalars)
        arena = TermArena(budget: GrammarBudget())
        ends = Array(
            repeating: Array(repeating: [], count: self.text.count + 1), count: grammar.rules.count)
    }

    private mutating func run() throws -> Bool {
        var changed = true
        while changed {
            changed = false
            for (rule, definition) in grammar.rules.enumerated() {
                for start in 0...text.count {
                    let found = try ends(of: definition.expression, from: start)
                    if !found.isSubset(of: ends[rule][start]) {
                        ends[rule][start].formUnion(found)
                        changed = true
                    }
                }
            }
        }
        return try ends(of: grammar.root, from: 0).contains(text.count)
    }

    private func ends(of expression: SyntaxExpression, from start: Int) throws -> Set<Int> {
        switch expression {
        case .regular(let regex): return try ends(of: regex, from: start)
        case .mark(let mark): return try ends(of: .literal(mark), from: start)
        case .symbol: return []
        case .rule(let rule): return ends[rule][start]
        case .sequence(let parts):
            var places: Set<Int> = [start]
            for part in parts { places = try next(places, part) }
            return places
        case .choice(let parts):
            return try parts.reduce(into: []) { try $0.formUnion(ends(of: $1, from: start)) }
        case .repeated(let part, let atLeast, let atMost):
            var places: Set<Int> = [start]
            var reached: Set<Int> = atLeast == 0 ? places : []
            // Beyond as many repetitions as there are scalars, more of them change nothing.
            for count in 1...max(1, min(atMost ?? .max, atLeast + text.count + 1)) where atMost != 0 {
                places = try next(places, part)
                if count >= atLeast { reached.formUnion(places) }
            }
            return reached
        }
    }

    private func next(_ places: Set<Int>, _ part: SyntaxExpression) throws -> Set<Int> {
        try places.reduce(into: []) { try $0.formUnion(ends(of: part, from: $1)) }
    }

    private func ends(of regex: Regex, from start: Int) throws -> Set<Int> {
        var term = try arena.intern(regex)
        var found: Set<Int> = arena.isNullable(term) ? [start] : []
        for end in start..<text.count {
            term = try arena.derivative(of: term, by: text[end].value)
            if arena.isNullable(term) { found.insert(end + 1) }
        }
        return found
    }
}

/// Runs a `RuleTable` as a plain set of stacks.
struct StackRecognizer {
    private let rules: RuleTable
    private var stacks: Set<[Symbol]>

    /// More stacks than this simple way of running can hold: a very ambiguous grammar.
    struct TooAmbiguous: Error {}

    private static let limit = 20_000

    static func accepts(_ grammar: RuleGrammar, _ text: String) throws -> Bool {
        var recognizer = StackRecognizer(rules: grammar.rules, stacks: [[.nonterminal(grammar.start)]])
        for scalar in text.unicodeScalars { try recognizer.step(scalar.value) }
        return try recognizer.expanded().contains([])
    }

    /// The stacks whose tops (last) are lexemes, and the empty stack where the text may end.
    private func expanded() throws -> Set<[Symbol]> {
        var found: Set<[Symbol]> = []
        var seen: Set<[Symbol]> = stacks
        var pending = Array(stacks)
        while let stack = pending.popLast() {
            guard let top = stack.last else {
                found.insert(stack)
                continue
            }
            var next: [[Symbol]] = []
            switch top {
            case .lexeme(let term), .tag(let term):
                found.insert(stack)
                if rules.terms.isNullable(term) { next.append(Array(stack.dropLast())) }
            case .nonterminal(let nonterminal):
                for production in try rules.productions(of: nonterminal) {
                    next.append(stack.dropLast() + production.reversed())
                }
            case .capture: break
            }
            pending += next.filter { seen.insert($0).inserted }
            if seen.count > Self.limit { throw TooAmbiguous() }
        }
        return found
    }

    private mutating func step(_ scalar: UInt32) throws {
        var next: Set<[Symbol]> = []
        for stack in try expanded() {
            switch stack.last {
            case .lexeme(let term), .tag(let term):
                let rest = try rules.terms.derivative(of: term, by: scalar)
                if try !rules.terms.isEmpty(rest) { next.insert(stack.dropLast() + [.lexeme(rest)]) }
            default: break
            }
        }
        stacks = next
    }
}

/// Whether a nonterminal can begin with itself, which the promises of `RuleTable` exclude.
func hasLeftRecursion(_ grammar: RuleGrammar) throws -> Bool {
    var productions: [Int: [[Symbol]]] = [:]
    var pending = [grammar.start]
    while let nonterminal = pending.popLast() {
        guard productions[Int(nonterminal.index)] == nil, productions.count < 5_000 else { continue }
        let made = try grammar.rules.productions(of: nonterminal)
        productions[Int(nonterminal.index)] = made
        for case .nonterminal(let part) in made.joined() { pending.append(part) }
    }
    var nullable: Set<Int> = []
    func isNullable(_ symbol: Symbol) -> Bool {
        switch symbol {
        case .lexeme(let term), .tag(let term): grammar.rules.terms.isNullable(term)
        case .nonterminal(let part): nullable.contains(Int(part.index))
        case .capture: true
        }
    }
    var count = -1
    while nullable.count != count {
        count = nullable.count
        for (index, made) in productions where made.contains(where: { $0.allSatisfy(isNullable) }) {
            nullable.insert(index)
        }
    }
    var edges: [[Int]] = Array(repeating: [], count: (productions.keys.max() ?? 0) + 1)
    for (index, made) in productions {
        for production in made {
            for symbol in production {
                if case .nonterminal(let part) = symbol, productions[Int(part.index)] != nil {
                    edges[index].append(Int(part.index))
                }
                if !isNullable(symbol) { break }
            }
        }
    }
    return StronglyConnected(edges).isCyclic.contains(true)
}
