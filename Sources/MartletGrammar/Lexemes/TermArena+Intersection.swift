extension TermArena {
    func intersection(_ terms: [Term]) throws(GrammarError) -> Term {
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        for term in terms { scratch.append(term.index) }
        return Term(index: try intersect(from: start))
    }

    func complement(_ term: Term) throws(GrammarError) -> Term { Term(index: try complement(term.index)) }

    func intersection(_ left: Int32, _ right: Int32, depth: Int = 0) throws(GrammarError) -> Int32 {
        if left == right { return left }
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        scratch.append(left)
        scratch.append(right)
        return try intersect(from: start, depth: depth)
    }

    /// Every text that is not in `term`.
    func complement(_ term: Int32) throws(GrammarError) -> Int32 {
        let node = nodes[Int(term)]
        if node.flags.contains(.knownEmpty) { return Self.anything }
        switch node.kind {
        case .complement: return node.a
        case .empty: return try repeated(Self.anyScalar, 1, Self.unbounded)
        case .repeated where node.a == Self.anyScalar:
            let fewer = node.b == 0 ? Self.nothing : try repeated(Self.anyScalar, 0, node.b - 1)
            let more =
                node.c == Self.unbounded
                ? Self.nothing : try repeated(Self.anyScalar, node.c + 1, Self.unbounded)
            return try union(fewer, more)
        default: return try make(.complement, term)
        }
    }

    /// The intersection of the scratch operands from `start` on, in normal form: no intersection, no `anything`, sorted,
    /// one set of scalars, one complement, lengths that contradict each other found out.
    func intersect(from start: Int, depth: Int = 0) throws(GrammarError) -> Int32 {
        while true {
            let kinds = flatten(.intersection, from: start)
            if kinds & 1 << 31 != 0 { return Self.nothing }
            sortScratch(from: start)
            let count = scratch.count - start
            if count == 0 { return Self.anything }
            if count == 1 { return scratch[start] }
            if let trivial = checkLengths(from: start) { return trivial }
            if scratch.count - start < count { continue }
            if try !simplifyIntersection(from: start, kinds, depth) {
                return try makeList(.intersection, from: start)
            }
        }
    }

    /// The result where the lengths of the operands decide it; drops bounds on the length that the others imply.
    private func checkLengths(from start: Int) -> Int32? {
        var low: UInt32 = 0
        var high = UInt32.max
        for index in start..<scratch.count {
            let node = nodes[Int(scratch[index])]
            low = max(low, node.minLength)
            high = min(high, node.maxLength)
        }
        if low > high { return Self.nothing }
        if high == 0 {
            for index in start..<scratch.count where !isNullable(scratch[index]) { return Self.nothing }
            return Self.empty
        }
        for index in start..<scratch.count {
            let node = nodes[Int(scratch[index])]
            guard node.kind == .repeated, node.a == Self.anyScalar else { continue }
            var (least, most): (UInt32, UInt32) = (0, .max)
            for other in start..<scratch.count where other != index {
                least = max(least, nodes[Int(scratch[other])].minLength)
                most = min(most, nodes[Int(scratch[other])].maxLength)
            }
            if least >= node.minLength, most <= node.maxLength {
                scratch[index] = scratch[scratch.count - 1]
                scratch.truncate(to: scratch.count - 1)
                return nil
            }
        }
        return nil
    }

    /// Whether two operands were replaced by one.
    private func simplifyIntersection(from start: Int, _ kinds: UInt32, _ depth: Int) throws(GrammarError) -> Bool {
        func has(_ kind: TermNode.Kind) -> Bool { kinds & 1 << UInt32(kind.rawValue) != 0 }
        if has(.complement), try mergeComplements(.intersection, from: start, depth) { return true }
        if has(.jsonContent) || has(.jsonEscape) || has(.jsonHex) {
            if try mergeJSON(.intersection, from: start, depth) { return true }
        }
        guard depth < Self.maxFactoring else { return false }
        for left in start..<scratch.count - 1 {
            for right in left + 1..<scratch.count {
                guard let both = try intersectPair(scratch[left], scratch[right], depth) else { continue }
                scratch[left] = both
                scratch[right] = scratch[scratch.count - 1]
                scratch.truncate(to: scratch.count - 1)
                return true
            }
        }
        return false
    }

    private func intersectPair(_ left: Int32, _ right: Int32, _ depth: Int) throws(GrammarError) -> Int32? {
        let (x, y) = (split(left), split(right))
        let (a, b) = (nodes[Int(x.head)], nodes[Int(y.head)])
        if a.kind == .scalars, b.kind == .scalars {
            let both = sets.intersection(a.a, b.a)
            if sets[both].isEmpty { return Self.nothing }
            return try sequence(
                try make(.scalars, both), try intersection(x.tail, y.tail, depth: depth + 1))
        }
        guard x.tail == Self.empty, y.tail == Self.empty else {
            return try subtractEither(x, y, depth)
        }
        let (p, q) = (counted(left), counted(right))
        let (body, other) = (nodes[Int(p.body)], nodes[Int(q.body)])
        guard body.kind == .scalars, other.kind == .scalars else { return try subtractEither(x, y, depth) }
        let isUnbounded = p.atMost == Self.unbounded
        let most = isUnbounded ? q.atMost : q.atMost == Self.unbounded ? p.atMost : min(p.atMost, q.atMost)
        let both = p.body == q.body ? body.a : sets.intersection(body.a, other.a)
        let set = sets[both].isEmpty ? Self.nothing : try make(.scalars, both)
        return try repeated(set, max(p.atLeast, q.atLeast), most)
    }

    private func subtractEither(
        _ left: (head: Int32, tail: Int32), _ right: (head: Int32, tail: Int32), _ depth: Int
    ) throws(GrammarError) -> Int32? {
        if let rest = try subtractPair(left, right, depth) { return rest }
        return try subtractPair(right, left, depth)
    }

    /// `s x` and not `s y` is `s` followed by `x` and not `y`, for one scalar s.
    private func subtractPair(
        _ left: (head: Int32, tail: Int32), _ right: (head: Int32, tail: Int32), _ depth: Int
    ) throws(GrammarError) -> Int32? {
        let node = nodes[Int(right.head)]
        guard node.kind == .complement, right.tail == Self.empty, nodes[Int(left.head)].kind == .scalars else {
            return nil
        }
        let inner = split(node.a)
        guard inner.head == left.head else { return nil }
        return try sequence(
            left.head, try intersection(left.tail, try complement(inner.tail), depth: depth + 1))
    }

    /// Makes one complement of all that there are: `not x and not y` is `not (x or y)`. Finds `x and not x`. Whether
    /// anything changed.
    func mergeComplements(_ kind: TermNode.Kind, from start: Int, _ depth: Int) throws(GrammarError) -> Bool {
        let inner = scratch.count
        for index in start..<inner where nodes[Int(scratch[index])].kind == .complement {
            scratch.append(nodes[Int(scratch[index])].a)
        }
        if scratch.count - inner > 1 {
            let isUnion = kind == .union
            let merged = isUnion ? try intersect(from: inner, depth: depth) : try unite(from: inner, depth: depth)
            scratch.truncate(to: inner)
            for index in start..<inner where nodes[Int(scratch[index])].kind == .complement {
                scratch[index] = isUnion ? Self.nothing : Self.anything
            }
            scratch.append(try complement(merged))
            return true
        }
        let operand = scratch[inner]
        scratch.truncate(to: inner)
        let node = nodes[Int(operand)]
        let trivial = kind == .union ? Self.anything : Self.nothing
        let opposite: TermNode.Kind = kind == .union ? .intersection : .union
        for index in start..<inner {
            var isOpposite = scratch[index] == operand
            if node.kind == opposite { isOpposite = isOpposite || hasOperand(node, scratch[index]) }
            if isOpposite {
                scratch[index] = trivial
                return true
            }
        }
        return false
    }

    private func hasOperand(_ node: TermNode, _ term: Int32) -> Bool {
        var low = Int(node.a)
        var high = low + Int(node.b)
        while low < high {
            let middle = (low + high) / 2
            if operands[middle] < term { low = middle + 1 } else { high = middle }
        }
        return low < Int(node.a + node.b) && operands[low] == term
    }
}
