/// Writes the productions of a `ProductionGraph` into a rule table, without left recursion and without counting out
/// repetitions before they are needed.
///
/// Left recursion is taken out by a left-corner transform, in three steps that each keep the language:
/// 1. A node that may be empty is split into the empty text and its *solid* part, the texts with at least one
///    scalar. The solid part of `X Y Z` with `X` and `Y` possibly empty is `X+ Y Z | Y+ Z | Z+` (`+`: solid part): now every
///    production begins with a symbol that is not empty, and no recursion hides.
/// 2. For a set of mutually left-recursive nodes, a text of `A` begins with some symbol `X` outside the set that begins a
///    production `B -> X rest`; what follows is `rest` and then whatever makes an `A` of a text that began with a `B`.
/// 3. That remainder, `completion(A, B)`, is empty for `A == B`, and else `rest completion(A, C)` for each production
///    `C -> B rest`. Where `rest` may be empty, `C` completes all that `B` does, which is followed up front.
final class LeftRecursionFreeRules {
    private var graph: ProductionGraph
    private let terms: TermArena
    /// The table owns the closures that own this object.
    private unowned let table: RuleTable

    private var isNullable: [Bool]
    /// Whether the node has a text that is not empty.
    private var hasSolid: [Bool]
    private let component: [Int]
    private let isLeftRecursive: [Bool]
    private let members: [[Int]]

    private var wholes: [Int: Symbol] = [:]
    private var solids: [Int: Symbol] = [:]
    private var completions: [[Int]: Nonterminal] = [:]
    private var openings: [Int: [Opening]] = [:]

    /// A production `node -> first rest`, where `first` stands for its solid part.
    private struct Opening {
        var node: Int
        var first: Int
        var rest: [Int]
    }

    init(_ graph: ProductionGraph, in table: RuleTable) throws(GrammarError) {
        self.graph = graph
        self.table = table
        terms = table.terms
        let terms = table.terms
        let isNullable = try graph.holds { (node, known) throws(GrammarError) in
            switch graph.nodes[node] {
            case .lexeme(let term): terms.isNullable(term)
            case .symbol: false
            case .choice(let productions): productions.contains { $0.allSatisfy { known[$0] } }
            case .repetition(let part, let atLeast, _): atLeast == 0 || known[part]
            }
        }
        self.isNullable = isNullable
        hasSolid = try graph.holds { (node, known) throws(GrammarError) in
            switch graph.nodes[node] {
            case .lexeme(let term): try !terms.isEmpty(try Self.solid(term, in: terms))
            case .symbol: true
            case .choice(let productions): productions.contains { $0.contains { known[$0] } }
            case .repetition(let part, _, let atMost): atMost != 0 && known[part]
            }
        }
        let leading = graph.nodes.map { node -> [Int] in
            switch node {
            case .lexeme, .symbol: []
            case .choice(let productions):
                productions.flatMap { production in
                    production.prefix((production.firstIndex { !isNullable[$0] } ?? production.count - 1) + 1)
                }
            case .repetition(let part, _, _): [part]
            }
        }
        let components = StronglyConnected(leading)
        component = components.component
        isLeftRecursive = components.isCyclic
        members = components.components
    }

    /// The start symbol's rules.
    func start() throws(GrammarError) -> Nonterminal {
        switch try whole(graph.root) {
        case .nonterminal(let nonterminal): return nonterminal
        case let symbol:
            let start = table.declare()
            table.define(start, [[symbol]])
            return start
        }
    }

    // MARK: Symbols

    /// All texts of a node.
    private func whole(_ name: Int) throws(GrammarError) -> Symbol {
        if let known = wholes[name] { return known }
        // Follows rules that are just another one.
        var node = name
        while case .choice(let productions) = graph.nodes[node], productions.count == 1, productions[0].count == 1,
            !recurs(node)
        {
            node = productions[0][0]
        }
        let symbol: Symbol
        if let known = wholes[node] {
            symbol = known
        } else {
            switch graph.nodes[node] {
            case .lexeme(let term): symbol = .lexeme(term)
            case .symbol(let given): symbol = given
            case .choice, .repetition:
                if recurs(node), !isNullable[node] {
                    symbol = try solid(node)
                } else {
                    symbol = .nonterminal(
                        table.nonterminal { () throws(GrammarError) in try self.wholeProductions(node) })
                }
            }
        }
        wholes[node] = symbol
        wholes[name] = symbol
        return symbol
    }

    /// The texts of a node that are not empty; only for nodes that have some.
    private func solid(_ node: Int) throws(GrammarError) -> Symbol {
        if let known = solids[node] { return known }
        let symbol: Symbol
        switch graph.nodes[node] {
        case .lexeme(let term):
            symbol = .lexeme(isNullable[node] ? try Self.solid(term, in: terms) : term)
        case .symbol(let given):
            symbol = given
        case .choice, .repetition:
            if isNullable[node] || recurs(node) {
                symbol = .nonterminal(
                    table.nonterminal { () throws(GrammarError) in try self.solidProductions(node) })
            } else {
                symbol = try whole(node)
            }
        }
        solids[node] = symbol
        return symbol
    }

    private static func solid(_ term: Term, in terms: TermArena) throws(GrammarError) -> Term {
        guard terms.isNullable(term) else { return term }
        return try terms.intersection([term, try terms.complement(try terms.intern(.empty))])
    }

    private func wholes(_ nodes: some Sequence<Int>) throws(GrammarError) -> [Symbol] {
        var symbols: [Symbol] = []
        for node in nodes { symbols.append(try whole(node)) }
        return symbols
    }

    /// Repetitions made on the way (see `rest(of:)`) are never part of a left recursion: nothing begins with them.
    private func recurs(_ node: Int) -> Bool { node < isLeftRecursive.count && isLeftRecursive[node] }

    // MARK: Productions

    private func wholeProductions(_ node: Int) throws(GrammarError) -> [[Symbol]] {
        if recurs(node) || graph.nodes[node].isRepetition {
            var productions: [[Symbol]] = isNullable[node] ? [[]] : []
            if hasSolid[node] {
                if recurs(node) {
                    productions.append([try solid(node)])
                } else {
                    productions += try solidProductions(node)
                }
            }
            return productions
        }
        guard case .choice(let alternatives) = graph.nodes[node] else { return [] }
        var productions: [[Symbol]] = []
        for alternative in alternatives { productions.append(try wholes(alternative)) }
        return try unique(productions)
    }

    private func solidProductions(_ node: Int) throws(GrammarError) -> [[Symbol]] {
        var productions: [[Symbol]] = []
        if recurs(node) {
            for opening in try openings(in: component[node]) where component(opening.first) != component[node] {
                let end = completion(of: node, after: opening.node)
                productions.append(
                    [try solid(opening.first)] + (try wholes(opening.rest)) + [.nonterminal(end)])
            }
        } else {
            for opening in try openings(of: node) {
                productions.append([try solid(opening.first)] + (try wholes(opening.rest)))
            }
        }
        return try unique(productions)
    }

    /// What makes a text of `goal` of a text of `node` that it begins with.
    private func completion(of goal: Int, after node: Int) -> Nonterminal {
        if let known = completions[[goal, node]] { return known }
        let made = table.nonterminal { () throws(GrammarError) in
            try self.completionProductions(of: goal, after: node)
        }
        completions[[goal, node]] = made
        return made
    }

    private func completionProductions(of goal: Int, after node: Int) throws(GrammarError) -> [[Symbol]] {
        let openings = try openings(in: component[node])
        // All nodes that the text is a text of already.
        var reached: Set<Int> = [node]
        var pending = [node]
        while let next = pending.popLast() {
            for opening in openings where opening.first == next && opening.rest.allSatisfy({ isNullable[$0] }) {
                if reached.insert(opening.node).inserted { pending.append(opening.node) }
            }
        }
        var productions: [[Symbol]] = reached.contains(goal) ? [[]] : []
        for opening in openings where reached.contains(opening.first) {
            let end = Symbol.nonterminal(completion(of: goal, after: opening.node))
            for (position, part) in opening.rest.enumerated() {
                if hasSolid[part] {
                    let rest = try wholes(opening.rest[(position + 1)...])
                    productions.append([try solid(part)] + rest + [end])
                }
                if !isNullable[part] { break }
            }
        }
        return try unique(productions)
    }

    // MARK: Openings

    private func component(_ node: Int) -> Int { node < component.count ? component[node] : -1 }

    private func openings(in component: Int) throws(GrammarError) -> [Opening] {
        if let known = openings[component] { return known }
        var made: [Opening] = []
        for member in members[component].sorted() { made += try openings(of: member) }
        openings[component] = made
        return made
    }

    /// The productions of the solid part of a choice or repetition.
    private func openings(of node: Int) throws(GrammarError) -> [Opening] {
        var openings: [Opening] = []
        switch graph.nodes[node] {
        case .lexeme, .symbol: break
        case .choice(let productions):
            for production in productions {
                for (position, part) in production.enumerated() {
                    if hasSolid[part] {
                        let rest = Array(production[(position + 1)...])
                        openings.append(Opening(node: node, first: part, rest: rest))
                    }
                    if !isNullable[part] { break }
                }
            }
        case .repetition(let part, let atLeast, let atMost):
            guard atMost != 0, hasSolid[part] else { break }
            // Where the part may be empty any number of repetitions does, and all of them may be solid.
            let required = isNullable[part] ? 0 : max(0, atLeast - 1)
            let rest = try repetition(of: part, atLeast: required, atMost: atMost.map { $0 - 1 })
            openings.append(Opening(node: node, first: part, rest: rest))
        }
        try terms.budget.spend(1 + openings.count)
        return openings
    }

    /// The repetitions after the first one; none where that was the last.
    private func repetition(of part: Int, atLeast: Int, atMost: Int?) throws(GrammarError) -> [Int] {
        if atMost == 0 { return [] }
        let node = try graph.repetition(of: part, atLeast: atLeast, atMost: atMost)
        if node == isNullable.count {
            isNullable.append(atLeast == 0 || isNullable[part])
            hasSolid.append(hasSolid[part])
        }
        return [node]
    }

    private func unique(_ productions: [[Symbol]]) throws(GrammarError) -> [[Symbol]] {
        try terms.budget.spend(productions.reduce(0) { $0 + $1.count })
        var seen: Set<[Symbol]> = []
        return productions.filter { seen.insert($0).inserted }
    }
}

extension ProductionGraph.Node {
    fileprivate var isRepetition: Bool {
        if case .repetition = self { return true }
        return false
    }
}

extension RuleGrammar {
    /// The rules of a grammar, ready to run.
    init(_ grammar: SyntaxGrammar, in table: RuleTable) throws(GrammarError) {
        let graph = try ProductionGraph(grammar, terms: table.terms)
        self.init(rules: table, start: try LeftRecursionFreeRules(graph, in: table).start())
    }
}
