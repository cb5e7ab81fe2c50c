extension Regex {
    /// How many operators and sets it is written with.
    var nodeCount: Int { parts.reduce(1) { $0 + $1.nodeCount } }

    /// How many levels it has.
    var depth: Int { 1 + (parts.map(\.depth).max() ?? 0) }

    private var parts: [Regex] {
        switch self {
        case .nothing, .empty, .scalars, .digits, .decimals, .automaton: []
        case .sequence(let parts), .union(let parts), .intersection(let parts): parts
        case .complement(let part), .repeated(let part, _, _), .jsonString(let part): [part]
        }
    }

    /// The texts of a language that go on from no other text of it: what a lazy match gives.
    static func shortest(of regex: Regex) -> Regex {
        .intersection([regex, .complement(.sequence([regex, .anyScalar, .anything]))])
    }

    /// The texts that contain none of `words`.
    static func without(_ words: [String]) -> Regex {
        if words.isEmpty { return .anything }
        return .complement(.sequence([.anything, .union(words.map { .literal($0) }), .anything]))
    }

    /// The texts that end in none of `words`.
    static func notEnding(in words: [String]) -> Regex {
        if words.isEmpty { return .anything }
        return .complement(.sequence([.anything, .union(words.map { .literal($0) })]))
    }

    /// Any of the texts, those that begin alike sharing their beginning.
    static func anyOf(_ texts: [String]) -> Regex { trie(texts.map { Array($0.unicodeScalars)[...] }, depth: 32) }

    /// Deep tries are not worth their nesting: what is left then is a plain union.
    private static func trie(_ texts: [ArraySlice<Unicode.Scalar>], depth: Int) -> Regex {
        var branches: [(first: Unicode.Scalar, rest: [ArraySlice<Unicode.Scalar>])] = []
        var branchOf: [Unicode.Scalar: Int] = [:]
        var union: [Regex] = []
        for text in texts {
            guard let first = text.first else {
                if union.isEmpty { union.append(.empty) }
                continue
            }
            if let branch = branchOf[first] {
                branches[branch].rest.append(text.dropFirst())
            } else {
                branchOf[first] = branches.count
                branches.append((first, [text.dropFirst()]))
            }
        }
        for branch in branches {
            // What all texts of the branch have in common.
            var prefix: [Regex] = [.scalars(ScalarSet(branch.first))]
            var rests = branch.rest
            while let next = rests[0].first, rests.count == 1 || rests.allSatisfy({ $0.first == next }) {
                prefix.append(.scalars(ScalarSet(next)))
                rests = rests.map { $0.dropFirst() }
            }
            if !rests.allSatisfy(\.isEmpty) {
                prefix.append(
                    depth > 0
                        ? trie(rests, depth: depth - 1)
                        : .union(rests.map { .sequence($0.map { .scalars(ScalarSet($0)) }) }))
            }
            union.append(.sequence(prefix))
        }
        return union.count == 1 ? union[0] : .union(union)
    }
}
