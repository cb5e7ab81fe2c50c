/// Turns the syntax tree of a pattern into the language of the texts it is found in.
///
/// Lookaround is done by continuations, from right to left: what follows a node is a language of the rest of the text, and
/// a lookahead intersects it. What follows may also depend on the scalar before it (`\b`, `^`, `(?<!-)`), so a
/// continuation is one language for each class of scalars that the pattern's lookbehinds tell apart. Lookaround that does
/// not fit this scheme (inside loops, or looking further behind) is left to `PatternAutomaton`.
struct PatternLowering {
    /// What may follow, by the class of the scalar before.
    private typealias Continuation = [Regex]

    /// The scalars of each class.
    private var classes: [ScalarSet] = [.all]
    /// The class of the place at the beginning of the text.
    private var startClass = 0
    private var steps = 0

    /// Nodes that may be lowered, and size of what comes out, before the pattern is left to the automaton.
    private static let maxSteps = 4096
    private static let maxSize = 4096

    /// All texts in which the pattern is found somewhere.
    static func search(_ node: PatternNode) throws(GrammarError) -> Regex {
        let anywhere = PatternNode.repeated(.scalars(.all), atLeast: 0, atMost: nil)
        return try language(of: .sequence([anywhere, node]), followedBy: .anything)
    }

    /// All texts that the pattern matches from beginning to end.
    static func wholeMatch(_ node: PatternNode) throws(GrammarError) -> Regex {
        try language(of: node, followedBy: .empty)
    }

    private static func language(of node: PatternNode, followedBy rest: Regex) throws(GrammarError) -> Regex {
        guard node.hasLookaround else { return .joined([plain(node), rest]) }
        var lowering = PatternLowering()
        var sets: [ScalarSet] = []
        guard lowering.collectLookbehinds(of: node, into: &sets) else {
            return try PatternAutomaton.language(of: node, followedBy: rest)
        }
        lowering.classify(sets)
        let continuation = Array(repeating: rest, count: lowering.classes.count)
        guard let lowered = lowering.lower(node, continuation) else {
            return try PatternAutomaton.language(of: node, followedBy: rest)
        }
        return lowered[lowering.startClass]
    }

    /// The language of a node without lookaround.
    static func plain(_ node: PatternNode) -> Regex {
        switch node {
        case .scalars(let set): .scalars(of: set)
        case .sequence(let parts): .joined(parts.map(plain))
        case .union(let parts): .either(parts.map(plain))
        case .repeated(let node, let atLeast, let atMost): .times(plain(node), atLeast: atLeast, atMost: atMost)
        case .lookahead, .lookbehind: .empty
        }
    }

    // MARK: - Classes

    /// The sets that lookbehinds ask for; false where one asks for more than the scalar before.
    private func collectLookbehinds(of node: PatternNode, into sets: inout [ScalarSet]) -> Bool {
        switch node {
        case .scalars: return true
        case .sequence(let parts), .union(let parts):
            return parts.allSatisfy { collectLookbehinds(of: $0, into: &sets) }
        case .repeated(let node, _, _), .lookahead(let node, _): return collectLookbehinds(of: node, into: &sets)
        case .lookbehind(let node, _):
            guard let set = node.singleScalar else { return false }
            if !sets.contains(set) { sets.append(set) }
            return true
        }
    }

    /// Divides the scalars into classes that the sets do not divide further. The beginning of the text is in none of the
    /// sets.
    private mutating func classify(_ sets: [ScalarSet]) {
        for set in sets {
            classes = classes.flatMap { [$0.intersection(set), $0.subtracting(set)] }.filter { !$0.isEmpty }
        }
        let outside = classes.firstIndex { scalars in sets.allSatisfy { $0.intersection(scalars).isEmpty } }
        startClass = outside ?? classes.count
        if outside == nil { classes.append(ScalarSet([])) }
    }

    // MARK: - Lowering

    /// Texts that `node` and then `rest` match; nil where that takes an automaton.
    private mutating func lower(_ node: PatternNode, _ rest: Continuation) -> Continuation? {
        steps += 1
        guard steps <= Self.maxSteps else { return nil }
        guard node.hasLookaround else { return append(Self.plain(node), rest) }
        // Continuations are copied, so that they may grow exponentially.
        guard rest.allSatisfy({ $0.isSmaller(than: Self.maxSize) }) else { return nil }
        switch node {
        case .scalars: return nil
        case .sequence(let parts):
            var rest = rest
            var index = parts.count
            while index > 0 {
                // Runs without lookaround are lowered as one.
                var first = index - 1
                while !parts[index - 1].hasLookaround, first > 0, !parts[first - 1].hasLookaround { first -= 1 }
                let run = first == index - 1 ? parts[first] : PatternNode.sequence(Array(parts[first..<index]))
                guard let lowered = lower(run, rest) else { return nil }
                rest = lowered
                index = first
            }
            return rest
        case .union(let parts):
            var alternatives: [Continuation] = []
            for part in parts {
                guard let lowered = lower(part, rest) else { return nil }
                alternatives.append(lowered)
            }
            return classes.indices.map { index in .either(alternatives.map { $0[index] }) }
        case .repeated(let node, let atLeast, let atMost): return lower(node, atLeast: atLeast, atMost: atMost, rest)
        case .lookahead(let node, let isNegated):
            guard let ahead = lower(node, Array(repeating: .anything, count: classes.count)) else { return nil }
            return classes.indices.map { .both(isNegated ? .negated(ahead[$0]) : ahead[$0], rest[$0]) }
        case .lookbehind(let node, let isNegated):
            guard let set = node.singleScalar else { return nil }
            return classes.indices.map { index in
                let isMember = !classes[index].isEmpty && classes[index].subtracting(set).isEmpty
                return isMember != isNegated ? rest[index] : .nothing
            }
        }
    }

    /// A repeated node with lookaround: written out where that is short.
    private mutating func lower(
        _ node: PatternNode, atLeast: Int, atMost: Int?, _ rest: Continuation
    ) -> Continuation? {
        // Repeating what takes up no text says no more than having it once.
        let (atLeast, atMost) = node.isZeroWidth ? (min(atLeast, 1), 1) : (atLeast, atMost)
        guard let atMost, atMost <= 4 else { return nil }
        var lowered = rest
        for count in stride(from: atMost, to: 0, by: -1) {
            guard let once = lower(node, lowered) else { return nil }
            lowered = count > atLeast ? zip(rest, once).map { .either([$0, $1]) } : once
        }
        return lowered
    }

    /// A language, then `rest` by the class of the last scalar.
    private func append(_ regex: Regex, _ rest: Continuation) -> Continuation {
        if regex == .empty || rest.allSatisfy({ $0 == rest[0] }) { return rest.map { .joined([regex, $0]) } }
        var groups: [(rest: Regex, scalars: ScalarSet)] = []
        for (scalars, rest) in zip(classes, rest) where rest != .nothing && !scalars.isEmpty {
            if let known = groups.firstIndex(where: { $0.rest == rest }) {
                groups[known].scalars = groups[known].scalars.union(scalars)
            } else {
                groups.append((rest, scalars))
            }
        }
        let isNullable = regex.isNullable
        let nonempty = Regex.either(
            groups.map { group in .joined([Self.texts(of: regex, endingWith: group.scalars), group.rest]) })
        return rest.map { isNullable ? .either([$0, nonempty]) : nonempty }
    }

    /// The texts of the language whose last scalar is in the set.
    private static func texts(of regex: Regex, endingWith set: ScalarSet) -> Regex {
        switch regex {
        case .scalars(let scalars): return .scalars(of: scalars.intersection(set))
        case .anything: return .joined([.anything, .scalars(of: set)])
        case .repeated(.scalars(let scalars), let atLeast, let atMost):
            // One of the scalars, however many before it.
            return .joined([
                .times(.scalars(scalars), atLeast: max(atLeast - 1, 0), atMost: atMost.map { $0 - 1 }),
                .scalars(of: scalars.intersection(set)),
            ])
        case .sequence(let parts):
            guard let last = parts.last, !last.isNullable else { break }
            return .joined(parts.dropLast() + [texts(of: last, endingWith: set)])
        default: break
        }
        return .both(regex, .joined([.anything, .scalars(of: set)]))
    }
}
