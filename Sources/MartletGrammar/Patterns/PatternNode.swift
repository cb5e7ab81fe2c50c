/// The syntax tree of a regular expression, reduced to what decides which texts it matches: groups, laziness and flags are
/// gone; `^`, `$` and `\b` are lookarounds.
indirect enum PatternNode: Hashable, Sendable {
    /// One scalar of the set.
    case scalars(ScalarSet)
    /// One after the other; `[]` is the empty text.
    case sequence([PatternNode])
    case union([PatternNode])
    case repeated(PatternNode, atLeast: Int, atMost: Int?)
    /// What follows here begins with the operand, or does not.
    case lookahead(PatternNode, negated: Bool)
    /// What precedes here ends with the operand, or does not.
    case lookbehind(PatternNode, negated: Bool)

    static let empty = PatternNode.sequence([])

    /// `^`: nothing precedes.
    static let start = PatternNode.lookbehind(.scalars(.all), negated: true)
    /// `$`: nothing follows.
    static let end = PatternNode.lookahead(.scalars(.all), negated: true)

    /// A place with a member of `set` on exactly one side (`\b`), or on both or neither (`\B`).
    static func boundary(of set: ScalarSet, negated: Bool) -> PatternNode {
        .union(
            [false, true].map { before in
                .sequence([
                    .lookbehind(.scalars(set), negated: !before),
                    .lookahead(.scalars(set), negated: before != negated),
                ])
            })
    }

    /// Whether a lookaround occurs anywhere in it.
    var hasLookaround: Bool {
        switch self {
        case .scalars: false
        case .sequence(let parts), .union(let parts): parts.contains(where: \.hasLookaround)
        case .repeated(let node, _, _): node.hasLookaround
        case .lookahead, .lookbehind: true
        }
    }

    /// Whether it takes up no text wherever it matches.
    var isZeroWidth: Bool {
        switch self {
        case .scalars: false
        case .sequence(let parts), .union(let parts): parts.allSatisfy(\.isZeroWidth)
        case .repeated(let node, _, let atMost): atMost == 0 || node.isZeroWidth
        case .lookahead, .lookbehind: true
        }
    }

    /// The set, where it is exactly one scalar of a set.
    var singleScalar: ScalarSet? {
        switch self {
        case .scalars(let set): set
        case .sequence(let parts): parts.count == 1 ? parts[0].singleScalar : nil
        case .union(let parts):
            parts.reduce(ScalarSet([])) { union, part in part.singleScalar.flatMap { union?.union($0) } }
        case .repeated(let node, 1, 1): node.singleScalar
        case .repeated, .lookahead, .lookbehind: nil
        }
    }
}
