/// The rules of a `SyntaxGrammar` as plain productions: sequences of nodes, where a node is a lexeme, a choice of
/// productions or a counted repetition of a node. What is regular has become lexemes, and what derives no text is gone.
struct ProductionGraph {
    enum Node: Hashable {
        case lexeme(Term)
        /// A symbol from elsewhere that is not empty.
        case symbol(Symbol)
        case choice([[Int]])
        case repetition(Int, atLeast: Int, atMost: Int?)
    }

    private(set) var nodes: [Node] = []
    private(set) var root = 0
    private var indexOfNode: [Node: Int] = [:]
    /// The node of each rule that is none of its parts, -1 before it is needed.
    private var nodeOfRule: [Int]
    /// Rules whose node exists and whose productions are still to be made.
    private var pending: [Int] = []

    private let rules: [SyntaxGrammar.Rule]
    private let folding: RuleFolding
    private let terms: TermArena

    init(_ grammar: SyntaxGrammar, terms: TermArena) throws(GrammarError) {
        rules = grammar.rules
        self.terms = terms
        folding = try RuleFolding(grammar, budget: terms.budget)
        nodeOfRule = Array(repeating: -1, count: grammar.rules.count)
        root = try node(grammar.root)
        while let rule = pending.popLast() {
            nodes[nodeOfRule[rule]] = .choice(try productions(rules[rule].expression))
        }
        try removeUnproductive()
    }

    private mutating func intern(_ node: Node) throws(GrammarError) -> Int {
        if let known = indexOfNode[node] { return known }
        try terms.budget.spend()
        nodes.append(node)
        indexOfNode[node] = nodes.count - 1
        return nodes.count - 1
    }

    /// The repetition of a node, made when it is first needed: a long one is counted down one node at a time.
    mutating func repetition(of node: Int, atLeast: Int, atMost: Int?) throws(GrammarError) -> Int {
        try intern(.repetition(node, atLeast: atLeast, atMost: atMost))
    }

    private mutating func node(_ expression: SyntaxExpression) throws(GrammarError) -> Int {
        if let regular = folding.fold(expression) { return try lexeme(regular) }
        switch expression {
        case .regular(let regex):
            return try intern(.lexeme(try terms.intern(regex)))
        case .symbol(let symbol):
            return try intern(.symbol(symbol))
        case .mark(let text):
            return try intern(.symbol(.tag(try terms.intern(.literal(text)))))
        case .rule(let rule):
            if nodeOfRule[rule] < 0 {
                try terms.budget.spend()
                nodes.append(.choice([]))
                nodeOfRule[rule] = nodes.count - 1
                pending.append(rule)
            }
            return nodeOfRule[rule]
        case .sequence, .choice, .repeated(_, 0, 1):
            let productions = try productions(expression)
            if productions.count == 1, productions[0].count == 1 { return productions[0][0] }
            return try intern(.choice(productions))
        case .repeated(let part, let atLeast, let atMost):
            return try repetition(of: try node(part), atLeast: atLeast, atMost: atMost)
        }
    }

    private mutating func lexeme(_ regular: RuleFolding.Folded) throws(GrammarError) -> Int {
        try terms.budget.spend(regular.size)
        return try intern(.lexeme(try terms.intern(regular.regex)))
    }

    /// The alternatives of an expression; the regular ones are one lexeme.
    private mutating func productions(_ expression: SyntaxExpression) throws(GrammarError) -> [[Int]] {
        var regular: [Regex] = []
        var size = 1
        var productions: [[Int]] = []
        for alternative in RuleFolding.alternatives(expression) {
            if let folded = folding.fold(alternative) {
                regular.append(folded.regex)
                size += folded.size
            } else {
                productions.append(try sequence(RuleFolding.parts(alternative)))
            }
        }
        if !regular.isEmpty {
            if regular.allSatisfy({ $0 == .empty }) {
                productions.append([])
            } else {
                let regex = regular.count == 1 ? regular[0] : .union(regular)
                productions.append([try lexeme(RuleFolding.Folded(regex: regex, size: size))])
            }
        }
        return productions
    }

    /// The nodes of a sequence; regular parts next to each other are one lexeme as long as that stays small.
    private mutating func sequence(_ parts: [SyntaxExpression]) throws(GrammarError) -> [Int] {
        var made: [Int] = []
        var run = RuleFolding.Folded(regex: .empty, size: 0)
        for part in parts {
            guard let folded = folding.fold(part) else {
                try end(&run, &made)
                made.append(try node(part))
                continue
            }
            if run.size > 0, run.size + folded.size > RuleFolding.maxSize { try end(&run, &made) }
            if run.size == 0 {
                run = folded
            } else if case .sequence(let earlier) = run.regex {
                run = RuleFolding.Folded(regex: .sequence(earlier + [folded.regex]), size: run.size + folded.size)
            } else {
                run = RuleFolding.Folded(regex: .sequence([run.regex, folded.regex]), size: 1 + run.size + folded.size)
            }
        }
        try end(&run, &made)
        return made
    }

    private mutating func end(_ run: inout RuleFolding.Folded, _ made: inout [Int]) throws(GrammarError) {
        if run.size > 0, run.regex != .empty { made.append(try lexeme(run)) }
        run = RuleFolding.Folded(regex: .empty, size: 0)
    }

    /// Leaves out productions that derive no text. Repetitions of nothing become empty.
    private mutating func removeUnproductive() throws(GrammarError) {
        let graph = self
        let terms = terms
        let productive = try holds { (node, known) throws(GrammarError) in
            switch graph.nodes[node] {
            case .lexeme(let term): try !terms.isEmpty(term)
            case .symbol: true
            case .choice(let productions): productions.contains { $0.allSatisfy { known[$0] } }
            case .repetition(let part, let atLeast, _): atLeast == 0 || known[part]
            }
        }
        guard productive[root] else {
            throw GrammarError(.unsatisfiable, "the grammar derives no text: no way through its rules comes to an end")
        }
        for (index, node) in nodes.enumerated() {
            switch node {
            case .choice(let productions):
                nodes[index] = .choice(productions.filter { $0.allSatisfy { productive[$0] } })
            case .repetition(let part, _, _) where !productive[part]:
                nodes[index] = .choice([[]])
            default: break
            }
        }
    }

    /// The least solution of a monotone property of nodes. Nodes come after most of what they are made of, so that few
    /// passes are needed.
    func holds(
        _ property: (_ node: Int, _ known: [Bool]) throws(GrammarError) -> Bool
    ) throws(GrammarError) -> [Bool] {
        var known = Array(repeating: false, count: nodes.count)
        let order = StronglyConnected(nodes.map { Self.parts(of: $0) }).components.joined()
        var changed = true
        while changed {
            changed = false
            for node in order where !known[node] {
                if try property(node, known) {
                    known[node] = true
                    changed = true
                }
            }
            try terms.budget.spend()
        }
        return known
    }

    private static func parts(of node: Node) -> [Int] {
        switch node {
        case .lexeme, .symbol: []
        case .choice(let productions): Array(productions.joined())
        case .repetition(let part, _, _): [part]
        }
    }
}
