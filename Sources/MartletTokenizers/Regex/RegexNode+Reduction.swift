extension RegexNode {
    /// A sequence; lists in lists and neighbouring strings become one.
    static func joining(_ items: [RegexNode]) -> RegexNode {
        var flat: [RegexNode] = []
        func append(_ node: RegexNode) {
            switch (flat.last, node) {
            case (_, .list(let inner)): for item in inner { append(item) }
            case (_, .string([], _)): break
            case (.string(let left, let ignoresCase)?, .string(let right, let alsoIgnoresCase))
            where ignoresCase == alsoIgnoresCase:
                flat[flat.count - 1] = .string(left + right, ignoresCase: ignoresCase)
            default: flat.append(node)
            }
        }
        for item in items { append(item) }
        return flat.isEmpty ? .empty : flat.count == 1 ? flat[0] : .list(flat)
    }

    /// True for what Oniguruma allows no quantifier after: what matches nothing but a position.
    var isInvalidQuantifierTarget: Bool {
        switch self {
        case .look, .assertion, .keep: true
        case .alternatives(let nodes): nodes.contains(where: \.isInvalidQuantifierTarget)
        default: false
        }
    }
}

extension RegexQuantifier {
    /// The six quantifiers that have names of their own.
    enum Kind: Int { case optional, star, plus, lazyOptional, lazyStar, lazyPlus }

    var kind: Kind? {
        switch (minimum, maximum) {
        case (0, 1): isGreedy ? .optional : .lazyOptional
        case (0, nil): isGreedy ? .star : .lazyStar
        case (1, nil): isGreedy ? .plus : .lazyPlus
        default: nil
        }
    }

    private static let star = RegexQuantifier(minimum: 0, maximum: nil, isGreedy: true)
    private static let plus = RegexQuantifier(minimum: 1, maximum: nil, isGreedy: true)
    private static let lazyStar = RegexQuantifier(minimum: 0, maximum: nil, isGreedy: false)
    private static let lazyOptional = RegexQuantifier(minimum: 0, maximum: 1, isGreedy: false)

    /// `(?:body inner)outer` as Oniguruma simplifies it, not always without a change of meaning.
    ///
    /// **Source** Oniguruma's table of nested quantifiers (`ReduceTypeTable`), one row per inner quantifier.
    static func combine(
        _ innerKind: Kind, _ outerKind: Kind, _ body: RegexNode, _ inner: RegexQuantifier, _ outer: RegexQuantifier
    ) -> RegexNode {
        switch (innerKind, outerKind) {
        case (.optional, .optional), (.star, .optional), (.star, .star), (.star, .plus), (.star, .lazyPlus),
            (.plus, .plus), (.plus, .lazyPlus), (.lazyOptional, .optional), (.lazyOptional, .lazyOptional),
            (.lazyStar, _), (.lazyPlus, .lazyPlus):
            .quantified(body, inner)
        case (.optional, .star), (.optional, .plus), (.plus, .optional), (.plus, .star), (.lazyPlus, .star):
            .quantified(body, star)
        case (.lazyPlus, .plus):
            .quantified(body, plus)
        case (.optional, .lazyStar), (.lazyOptional, .star), (.lazyOptional, .plus), (.lazyOptional, .lazyStar),
            (.lazyOptional, .lazyPlus), (.lazyPlus, .lazyOptional), (.lazyPlus, .lazyStar):
            .quantified(body, lazyStar)
        case (.optional, .lazyOptional):
            .quantified(body, lazyOptional)
        case (.star, .lazyOptional), (.star, .lazyStar), (.plus, .lazyStar):
            .quantified(.quantified(body, plus), lazyOptional)
        case (.optional, .lazyPlus), (.plus, .lazyOptional), (.lazyPlus, .optional):
            .quantified(.quantified(body, inner), outer)
        }
    }
}

extension RegexNode {
    /// The set of a node that matches exactly one scalar, whichever way it is written.
    var singleSet: ScalarRanges? {
        switch self {
        case .set(let ranges): ranges
        case .string(let scalars, ignoresCase: false) where scalars.count == 1:
            ScalarRanges([scalars[0]...scalars[0]])
        case .group(let body, _): body.singleSet
        case .alternatives(let nodes):
            nodes.reduce(ScalarRanges?.some(ScalarRanges())) { sets, node in
                guard let sets, let set = node.singleSet else { return nil }
                return sets.union(set)
            }
        default: nil
        }
    }

    /// Whether the node can match without reading anything.
    var canBeEmpty: Bool {
        switch self {
        case .string(let scalars, _): scalars.isEmpty
        case .set, .textSegment: false
        case .list(let nodes): nodes.allSatisfy(\.canBeEmpty)
        case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
        case .quantified(let body, let quantifier): quantifier.minimum == 0 || body.canBeEmpty
        case .atomic(let body), .group(let body, _): body.canBeEmpty
        case .look, .assertion, .keep, .call: true
        case .conditional(let condition, let then, let otherwise):
            (condition.canBeEmpty && then.canBeEmpty) || otherwise.canBeEmpty
        }
    }
}
