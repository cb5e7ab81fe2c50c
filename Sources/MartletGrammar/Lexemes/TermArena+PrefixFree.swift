extension TermArena {
    /// Whether surely no text of the language is the beginning of another.
    func isPrefixFree(_ term: Term) -> Bool { isPrefixFree(term.index, depth: 0) }

    private func isPrefixFree(_ term: Int32, depth: Int) -> Bool {
        let node = nodes[Int(term)]
        if node.flags.contains(.prefixFree) { return true }
        if node.flags.contains(.notPrefixFree) || depth > 32 { return false }
        let result: Bool
        switch node.kind {
        case _ where node.minLength == node.maxLength && node.maxLength < .max: result = true
        case .sequence: result = isSequencePrefixFree(node, depth)
        case .repeated: result = node.b == node.c && isPrefixFree(node.a, depth: depth + 1)
        case .union: result = isUnionPrefixFree(node, depth)
        case .intersection:
            result = (Int(node.a)..<Int(node.a + node.b)).contains { isPrefixFree(operands[$0], depth: depth + 1) }
        default: result = false
        }
        // What was cut short by the depth may be decided another time.
        if result || depth == 0 { nodes.base[Int(term)].flags.insert(result ? .prefixFree : .notPrefixFree) }
        return result
    }

    /// Parts that are prefix-free, or runs of scalars that the rest cannot begin with.
    private func isSequencePrefixFree(_ sequence: TermNode, _ depth: Int) -> Bool {
        var node = sequence
        while true {
            if !isPrefixFree(node.a, depth: depth + 1) {
                let body = nodes[Int(counted(node.a).body)]
                guard body.kind == .scalars, !isNullable(node.b) else { return false }
                if !sets[body.a].intersection(firstScalars(node.b, depth: depth)).isEmpty { return false }
            }
            let tail = nodes[Int(node.b)]
            if tail.kind != .sequence { return isPrefixFree(node.b, depth: depth + 1) }
            node = tail
        }
    }

    private func isUnionPrefixFree(_ union: TermNode, _ depth: Int) -> Bool {
        var seen = ScalarSet([])
        for index in Int(union.a)..<Int(union.a + union.b) {
            if isNullable(operands[index]) || !isPrefixFree(operands[index], depth: depth + 1) { return false }
            let first = firstScalars(operands[index], depth: depth)
            if !seen.intersection(first).isEmpty { return false }
            seen = seen.union(first)
        }
        return true
    }

    /// Scalars among which is the first of every text.
    private func firstScalars(_ term: Int32, depth: Int) -> ScalarSet {
        let node = nodes[Int(term)]
        if depth > 32 { return .all }
        switch node.kind {
        case .nothing, .empty: return ScalarSet([])
        case .scalars: return sets[node.a]
        case .sequence:
            let first = firstScalars(node.a, depth: depth + 1)
            return isNullable(node.a) ? first.union(firstScalars(node.b, depth: depth + 1)) : first
        case .union:
            return (Int(node.a)..<Int(node.a + node.b)).reduce(ScalarSet([])) {
                $0.union(firstScalars(operands[$1], depth: depth + 1))
            }
        case .intersection: return firstScalars(operands[Int(node.a)], depth: depth + 1)
        case .repeated: return firstScalars(node.a, depth: depth + 1)
        case .digits, .decimals, .jsonHex: return ScalarSet(anyOf: ".0123456789abcdefABCDEF")
        case .complement, .jsonContent, .jsonEscape, .automaton: return .all
        }
    }
}
