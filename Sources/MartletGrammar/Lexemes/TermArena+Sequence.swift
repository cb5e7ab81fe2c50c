extension TermArena {
    func sequence(_ terms: [Term]) throws(GrammarError) -> Term {
        var result = Self.empty
        for term in terms.reversed() { result = try sequence(term.index, result) }
        return Term(index: result)
    }

    /// `first` and then `second`, associated to the right.
    func sequence(_ first: Int32, _ second: Int32) throws(GrammarError) -> Int32 {
        if isKnownEmpty(first) || isKnownEmpty(second) { return Self.nothing }
        if first == Self.empty { return second }
        if second == Self.empty { return first }
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        var rest = first
        while case let node = nodes[Int(rest)], node.kind == .sequence {
            scratch.append(node.a)
            rest = node.b
        }
        var result = try join(rest, second)
        for index in (start..<scratch.count).reversed() { result = try join(scratch[index], result) }
        return result
    }

    /// `head`, which is no sequence, and then `tail`: repetitions of the same body become one.
    private func join(_ head: Int32, _ tail: Int32) throws(GrammarError) -> Int32 {
        if head == Self.empty { return tail }
        if tail == Self.empty { return head }
        if tail == Self.anything, isNullable(head) { return tail }
        if head == Self.anything, isNullable(tail) { return head }
        let node = nodes[Int(tail)]
        let (next, rest) = node.kind == .sequence ? (node.a, node.b) : (tail, Self.empty)
        let (left, right) = (counted(head), counted(next))
        if left.body == right.body, left.isCount || right.isCount {
            let least = left.atLeast.addingReportingOverflow(right.atLeast)
            let isUnbounded = left.atMost == Self.unbounded || right.atMost == Self.unbounded
            let most = left.atMost.addingReportingOverflow(right.atMost)
            if !least.overflow, isUnbounded || !most.overflow {
                let merged = try repeated(
                    left.body, least.partialValue, isUnbounded ? Self.unbounded : most.partialValue)
                return rest == Self.empty ? merged : try join(merged, rest)
            }
        }
        return try make(.sequence, head, tail)
    }

    struct Counted {
        var body: Int32
        var atLeast: Int32
        var atMost: Int32
        var isCount: Bool
    }

    /// A term seen as a repetition: `x` is once `x`, and every text any number of any scalars.
    func counted(_ term: Int32) -> Counted {
        if term == Self.anything {
            return Counted(body: Self.anyScalar, atLeast: 0, atMost: Self.unbounded, isCount: true)
        }
        let node = nodes[Int(term)]
        if node.kind == .repeated { return Counted(body: node.a, atLeast: node.b, atMost: node.c, isCount: true) }
        return Counted(body: term, atLeast: 1, atMost: 1, isCount: false)
    }

    /// `body`, `atLeast` to `atMost` times.
    func repeated(_ body: Int32, _ atLeast: Int32, _ atMost: Int32) throws(GrammarError) -> Int32 {
        if atMost != Self.unbounded, atLeast > atMost { return Self.nothing }
        if isKnownEmpty(body) { return atLeast == 0 ? Self.empty : Self.nothing }
        if body == Self.empty || atMost == 0 { return Self.empty }
        if atLeast == 1, atMost == 1 { return body }
        if body == Self.anything { return body }
        let atLeast = isNullable(body) ? 0 : atLeast
        if body == Self.anyScalar, atLeast == 0, atMost == Self.unbounded { return Self.anything }
        let node = nodes[Int(body)]
        switch node.kind {
        case .repeated:
            if let flat = flattened(node, atLeast, atMost) { return try repeated(node.a, flat.atLeast, flat.atMost) }
        case .union where isNullable(body):
            let start = scratch.count
            defer { scratch.truncate(to: start) }
            for index in Int(node.a)..<Int(node.a + node.b) where operands[index] != Self.empty {
                scratch.append(operands[index])
            }
            if scratch.count - start < Int(node.b) {
                return try repeated(try unite(from: start), 0, atMost)
            }
        default: break
        }
        return try make(.repeated, body, atLeast, atMost)
    }

    /// The counts of `(x{b,c}){atLeast,atMost}` as one repetition of x, where they have no gaps.
    private func flattened(
        _ inner: TermNode, _ atLeast: Int32, _ atMost: Int32
    ) -> (atLeast: Int32, atMost: Int32)? {
        let (b, c) = (Int64(inner.b), inner.c == Self.unbounded ? Int64.max : Int64(inner.c))
        let hasGaps: Bool
        if atLeast == atMost {
            hasGaps = false
        } else if atLeast == 0 {
            hasGaps = b > 1
        } else if c == .max {
            hasGaps = false
        } else {
            hasGaps = Int64(atLeast) * (c - b) < b - 1
        }
        if hasGaps { return nil }
        let (least, tooMany) = b.multipliedReportingOverflow(by: Int64(atLeast))
        if tooMany || least >= Int64(Int32.max) { return nil }
        if c == .max || atMost == Self.unbounded { return (Int32(least), Self.unbounded) }
        let most = c.multipliedReportingOverflow(by: Int64(atMost))
        if most.overflow || most.partialValue >= Int64(Int32.max) { return nil }
        return (Int32(least), Int32(most.partialValue))
    }
}
