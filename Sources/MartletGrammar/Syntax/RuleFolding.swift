/// Turns rules that are regular languages into regexes: what does not recur, and plain loops such as
/// `list ::= item list | ""` and `list ::= list item | item`. Fewer, longer lexemes leave less for the parser to do.
struct RuleFolding {
    /// A regular language and the number of nodes it is written with.
    struct Folded {
        var regex: Regex
        var size: Int
    }

    /// Larger regexes stay rules: they would be copied into every place they are used at.
    static let maxSize = 400
    /// And deeper ones, because regexes are walked by recursion.
    static let maxDepth = 64

    private let rules: [SyntaxGrammar.Rule]
    private var folded: [Folded?]
    private var depths: [Int]

    /// Folds the rules that `root` needs.
    init(_ grammar: SyntaxGrammar, budget: GrammarBudget) throws(GrammarError) {
        rules = grammar.rules
        folded = Array(repeating: nil, count: rules.count)
        depths = Array(repeating: 0, count: rules.count)
        var uses: [[Int]] = Array(repeating: [], count: rules.count)
        var seen = Array(repeating: false, count: rules.count)
        var pending: [Int] = []
        Self.collect(grammar.root, into: &pending)
        while let rule = pending.popLast() {
            if seen[rule] { continue }
            seen[rule] = true
            Self.collect(rules[rule].expression, into: &uses[rule])
            try budget.spend(1 + uses[rule].count)
            pending.append(contentsOf: uses[rule])
        }
        let order = StronglyConnected(uses)
        for members in order.components {
            guard members.count == 1, let rule = members.first, seen[rule] else { continue }
            let expression = rules[rule].expression
            let result = order.isCyclic[rule] ? loop(expression, rule) : fold(expression)
            guard let result, result.size <= Self.maxSize else { continue }
            let depth = 1 + Self.depth(expression) + (uses[rule].map { depths[$0] }.max() ?? 0)
            guard depth <= Self.maxDepth else { continue }
            folded[rule] = result
            depths[rule] = depth
        }
    }

    /// The regex of an expression, nil where it is none or a large one.
    func fold(_ expression: SyntaxExpression) -> Folded? {
        switch expression {
        case .regular(let regex):
            return Folded(regex: regex, size: regex.nodeCount)
        case .symbol, .mark:
            return nil
        case .rule(let rule):
            return folded[rule]
        case .sequence(let parts):
            return fold(parts) { .sequence($0) }
        case .choice(let parts):
            return fold(parts) { $0.count == 1 ? $0[0] : .union($0) }
        case .repeated(let part, let atLeast, let atMost):
            return fold([part]) { .repeated($0[0], atLeast: atLeast, atMost: atMost) }
        }
    }

    private func fold(_ parts: [SyntaxExpression], _ join: ([Regex]) -> Regex) -> Folded? {
        var regexes: [Regex] = []
        var size = 1
        for part in parts {
            guard let next = fold(part) else { return nil }
            regexes.append(next.regex)
            size += next.size
        }
        return Folded(regex: join(regexes), size: size)
    }

    /// The regex of a rule whose alternatives each are regular, or regular but for the rule itself at their begin or
    /// end: `r = P r | r S | B` is `P* B S*`.
    private func loop(_ expression: SyntaxExpression, _ rule: Int) -> Folded? {
        var prefixes: [Regex] = []
        var suffixes: [Regex] = []
        var bases: [Regex] = []
        var size = 4
        for alternative in Self.alternatives(expression) {
            let parts = Self.parts(alternative)
            let rest: [SyntaxExpression]
            if parts.count > 1, parts.last == .rule(rule) {
                rest = Array(parts.dropLast())
            } else if parts.count > 1, parts.first == .rule(rule) {
                rest = Array(parts.dropFirst())
            } else if parts.count == 1, parts.first == .rule(rule) {
                continue
            } else {
                rest = parts
            }
            guard !rest.contains(.rule(rule)), let regular = fold(.sequence(rest)) else { return nil }
            size += regular.size
            if rest.count == parts.count {
                bases.append(regular.regex)
            } else if parts.last == .rule(rule) {
                prefixes.append(regular.regex)
            } else {
                suffixes.append(regular.regex)
            }
        }
        var whole: [Regex] = []
        if !prefixes.isEmpty { whole.append(.repeated(.union(prefixes), atLeast: 0, atMost: nil)) }
        whole.append(.union(bases))
        if !suffixes.isEmpty { whole.append(.repeated(.union(suffixes), atLeast: 0, atMost: nil)) }
        return Folded(regex: .sequence(whole), size: size)
    }

    /// The alternatives of a choice within choices and options.
    static func alternatives(_ expression: SyntaxExpression) -> [SyntaxExpression] {
        switch expression {
        case .choice(let parts): parts.flatMap { alternatives($0) }
        case .repeated(let part, 0, 1): alternatives(part) + [.empty]
        case .sequence(let parts) where parts.count == 1: alternatives(parts[0])
        default: [expression]
        }
    }

    /// The parts of a sequence within sequences.
    static func parts(_ expression: SyntaxExpression) -> [SyntaxExpression] {
        guard case .sequence(let parts) = expression else { return [expression] }
        return parts.flatMap { Self.parts($0) }
    }

    private static func collect(_ expression: SyntaxExpression, into uses: inout [Int]) {
        switch expression {
        case .regular, .symbol, .mark: break
        case .rule(let rule): uses.append(rule)
        case .sequence(let parts), .choice(let parts): for part in parts { collect(part, into: &uses) }
        case .repeated(let part, _, _): collect(part, into: &uses)
        }
    }

    private static func depth(_ expression: SyntaxExpression) -> Int {
        switch expression {
        case .regular, .symbol, .mark, .rule: 0
        case .sequence(let parts), .choice(let parts): 1 + (parts.map { depth($0) }.max() ?? 0)
        case .repeated(let part, _, _): 1 + depth(part)
        }
    }
}
