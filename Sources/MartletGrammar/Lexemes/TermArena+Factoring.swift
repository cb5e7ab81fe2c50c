extension TermArena {
    /// Merges operands of a union that begin or end alike: `x y | x z` is `x (y | z)`, `a x | b x` is `[ab] x` and
    /// `x{0,3} y | x{2,5} y` is `x{0,5} y`. Whether any were.
    func factor(from start: Int, _ depth: Int) throws(GrammarError) -> Bool {
        let count = scratch.count - start
        if count > 12 {
            let byHead = try mergeRunsByHead(from: start, depth)
            return try mergeRunsByTail(from: start, depth) || byHead
        }
        var merged = false
        var left = start
        while left < scratch.count {
            var right = left + 1
            while right < scratch.count {
                if let both = try mergePair(scratch[left], scratch[right], depth) {
                    scratch[left] = both
                    scratch[right] = scratch[scratch.count - 1]
                    scratch.truncate(to: scratch.count - 1)
                    merged = true
                } else {
                    right += 1
                }
            }
            left += 1
        }
        return merged
    }

    /// What a term begins with and what follows.
    func split(_ term: Int32) -> (head: Int32, tail: Int32) {
        let node = nodes[Int(term)]
        return node.kind == .sequence ? (node.a, node.b) : (term, Self.empty)
    }

    private func mergeRunsByHead(from start: Int, _ depth: Int) throws(GrammarError) -> Bool {
        let runs = runs(from: start) { self.split($0).head }
        var merged = false
        scratch.truncate(to: start)
        for run in runs {
            guard run.count > 1 else {
                scratch.append(run[0])
                continue
            }
            let operands = scratch.count
            for term in run { scratch.append(split(term).tail) }
            let tail = try unite(from: operands, depth: depth + 1)
            scratch.truncate(to: operands)
            scratch.append(try sequence(split(run[0]).head, tail))
            merged = true
        }
        return merged
    }

    private func mergeRunsByTail(from start: Int, _ depth: Int) throws(GrammarError) -> Bool {
        let runs = runs(from: start) { self.split($0).tail }
        var merged = false
        scratch.truncate(to: start)
        for run in runs {
            var last = run[0]
            for term in run.dropFirst() {
                if let both = try mergePair(last, term, depth) {
                    last = both
                    merged = true
                } else {
                    scratch.append(last)
                    last = term
                }
            }
            scratch.append(last)
        }
        return merged
    }

    /// The scratch operands from `start` on, those with the same key together.
    private func runs(from start: Int, by key: (Int32) -> Int32) -> [[Int32]] {
        var pairs = (start..<scratch.count).map { (key: key(scratch[$0]), term: scratch[$0]) }
        pairs.sort { ($0.key, $0.term) < ($1.key, $1.term) }
        var runs: [[Int32]] = []
        for index in pairs.indices {
            if index > 0, pairs[index].key == pairs[index - 1].key {
                runs[runs.count - 1].append(pairs[index].term)
            } else {
                runs.append([pairs[index].term])
            }
        }
        return runs
    }

    private func mergePair(_ left: Int32, _ right: Int32, _ depth: Int) throws(GrammarError) -> Int32? {
        let (x, y) = (split(left), split(right))
        if x.head == y.head, left != right {
            return try sequence(x.head, try union(x.tail, y.tail, depth: depth + 1))
        }
        if x.tail == y.tail {
            let (a, b) = (nodes[Int(x.head)], nodes[Int(y.head)])
            if a.kind == .scalars, b.kind == .scalars {
                return try sequence(try make(.scalars, sets.union(a.a, b.a)), x.tail)
            }
            if let head = try mergeCounts(x.head, y.head) { return try sequence(head, x.tail) }
        }
        if right == x.tail, let head = try optional(x.head) { return try sequence(head, x.tail) }
        if left == y.tail, let head = try optional(y.head) { return try sequence(head, y.tail) }
        return nil
    }

    /// Two repetitions of the same body whose counts have no gap between them.
    private func mergeCounts(_ left: Int32, _ right: Int32) throws(GrammarError) -> Int32? {
        let (x, y) = (counted(left), counted(right))
        guard x.body == y.body, x.isCount || y.isCount else { return nil }
        let (low, high) = x.atLeast <= y.atLeast ? (x, y) : (y, x)
        if low.atMost != Self.unbounded, low.atMost < high.atLeast - 1 { return nil }
        let isUnbounded = low.atMost == Self.unbounded || high.atMost == Self.unbounded
        return try repeated(low.body, low.atLeast, isUnbounded ? Self.unbounded : max(low.atMost, high.atMost))
    }

    /// A repetition that may also be left out, if it may be left out or done just once anyway.
    private func optional(_ head: Int32) throws(GrammarError) -> Int32? {
        let count = counted(head)
        guard count.isCount, count.atLeast <= 1 else { return nil }
        return try repeated(count.body, 0, count.atMost)
    }
}
