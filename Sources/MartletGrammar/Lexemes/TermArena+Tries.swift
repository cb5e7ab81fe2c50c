extension TermArena {
    /// One scalar.
    func scalar(_ scalar: UInt32) throws(GrammarError) -> Int32 {
        if scalar < 128, asciiTerms[Int(scalar)] >= 0 { return asciiTerms[Int(scalar)] }
        let term = try make(.scalars, sets.index(of: ScalarSet([scalar...scalar])))
        if scalar < 128 { asciiTerms[Int(scalar)] = term }
        return term
    }

    /// Any of the texts: common beginnings and ends are shared. Takes time in proportion to the length of the texts, and
    /// no recursion.
    func trie(of texts: [[UInt32]]) throws(GrammarError) -> Int32 {
        let sorted = texts.sorted { $0.lexicographicallyPrecedes($1) }
        guard var last = sorted.first else { return Self.nothing }
        // The nodes on the way to the last text, each with the terms after its scalars.
        var open: [TrieNode] = [TrieNode()]
        func add(_ text: [UInt32]) {
            while open.count <= text.count { open.append(TrieNode()) }
            open[text.count].isEnd = true
        }
        func close(downTo depth: Int) throws(GrammarError) {
            while open.count > depth + 1, let node = open.popLast() {
                let term = try self.term(of: node)
                open[open.count - 1].branches.append((last[open.count - 1], term))
            }
        }
        add(last)
        for text in sorted.dropFirst() {
            var common = 0
            while common < min(text.count, last.count), text[common] == last[common] { common += 1 }
            try close(downTo: common)
            add(text)
            last = text
        }
        try close(downTo: 0)
        return try term(of: open[0])
    }

    private struct TrieNode {
        var isEnd = false
        var branches: [(scalar: UInt32, term: Int32)] = []
    }

    private func term(of node: TrieNode) throws(GrammarError) -> Int32 {
        if node.branches.count == 1, !node.isEnd {
            return try sequence(scalar(node.branches[0].scalar), node.branches[0].term)
        }
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        if node.isEnd { scratch.append(Self.empty) }
        // Scalars before the same rest are one set.
        var scalars: [Int32: [ClosedRange<UInt32>]] = [:]
        var rests: [Int32] = []
        for (scalar, rest) in node.branches {
            if scalars[rest] == nil { rests.append(rest) }
            scalars[rest, default: []].append(scalar...scalar)
        }
        for rest in rests {
            let set = ScalarSet(scalars[rest] ?? [])
            let single = set.onlyScalar
            let head = if let single { try scalar(single) } else { try make(.scalars, sets.index(of: set)) }
            scratch.append(try sequence(head, rest))
        }
        return try unite(from: start, depth: Self.maxFactoring)
    }
}

extension ScalarSet {
    /// The member of a set of one.
    var onlyScalar: UInt32? {
        guard ranges.count == 1, ranges[0].lowerBound == ranges[0].upperBound else { return nil }
        return ranges[0].lowerBound
    }
}

extension Regex {
    /// The text of an expression that is written as just one.
    var onlyText: [UInt32]? {
        switch self {
        case .empty: return []
        case .scalars(let set): return set.onlyScalar.map { [$0] }
        case .sequence(let parts):
            var text: [UInt32] = []
            text.reserveCapacity(parts.count)
            for part in parts {
                guard case .scalars(let set) = part, let scalar = set.onlyScalar else { return nil }
                text.append(scalar)
            }
            return text
        default: return nil
        }
    }
}
