extension TermArena {
    /// What may follow `scalar`.
    func derivative(of term: Term, by scalar: UInt32) throws(GrammarError) -> Term {
        Term(index: try derivative(term.index, scalar))
    }

    /// The scalars in ranges, in order, whose members the term's language cannot tell apart.
    func classes(of term: Term) throws(GrammarError) -> [ClosedRange<UInt32>] {
        let record = partitions.records[Int(try partition(of: term.index))]
        return (0..<record.rangeCount).map { range in
            let isLast = range + 1 == record.rangeCount
            let next = isLast ? 0x110000 : partitions.starts[record.offset + range + 1]
            return partitions.starts[record.offset + range]...next - 1
        }
    }

    func derivative(_ term: Int32, _ scalar: UInt32) throws(GrammarError) -> Int32 {
        let node = nodes[Int(term)]
        switch node.kind {
        case .nothing, .empty: return Self.nothing
        case .scalars: return sets.contains(node.a, scalar) ? Self.empty : Self.nothing
        case .sequence where nodes[Int(node.a)].kind == .scalars:
            return sets.contains(nodes[Int(node.a)].a, scalar) ? node.b : Self.nothing
        case .complement where node.a == Self.nothing: return term
        case .digits: return try digits(after: node.a, scalar)
        case .decimals: return try decimals(after: node.a, scalar)
        case .automaton: return try automaton(node.a, automata[Int(node.a)].automaton.next(node.b, after: scalar))
        default: break
        }
        let partition = try partition(of: term)
        return try derivative(term, of: partitions.classOf(partition, scalar), by: scalar, partition: partition)
    }

    /// The derivative by `scalar`, a member of this class of the term's partition.
    func derivative(
        _ term: Int32, of index: Int, by scalar: UInt32, partition: Int32
    ) throws(GrammarError) -> Int32 {
        if nodes[Int(term)].row < 0 {
            let count = partitions.classCount(partition)
            nodes.base[Int(term)].row = Int32(rows.append(repeating: -1, count: count))
        }
        let place = Int(nodes[Int(term)].row) + index
        if rows[place] >= 0 { return rows[place] }
        let result = try derive(term, scalar)
        rows[place] = result
        return result
    }

    private func derive(_ term: Int32, _ scalar: UInt32) throws(GrammarError) -> Int32 {
        let node = nodes[Int(term)]
        switch node.kind {
        case .nothing, .empty: return Self.nothing
        case .scalars, .digits, .decimals, .automaton: return try derivative(term, scalar)
        case .sequence: return try deriveSequence(term, scalar)
        case .union, .intersection:
            let start = scratch.count
            defer { scratch.truncate(to: start) }
            for index in Int(node.a)..<Int(node.a + node.b) {
                scratch.append(try derivative(operands[index], scalar))
                if node.kind == .intersection, scratch[scratch.count - 1] == Self.nothing { return Self.nothing }
            }
            return node.kind == .union ? try unite(from: start) : try intersect(from: start)
        case .complement: return try complement(try derivative(node.a, scalar))
        case .repeated:
            let body = try derivative(node.a, scalar)
            if body == Self.nothing { return body }
            let atMost = node.c == Self.unbounded ? node.c : node.c - 1
            return try sequence(body, try repeated(node.a, max(node.b - 1, 0), atMost))
        case .jsonContent: return try content(of: node.a, after: scalar)
        case .jsonEscape: return try escape(of: node.a, after: scalar)
        case .jsonHex: return try hex(of: node.a, HexProgress(rawValue: node.b), after: scalar)
        }
    }

    /// The derivative of `head tail` is that of the head followed by the tail, and that of the tail if the head may be
    /// empty; in a loop, because sequences can be long.
    private func deriveSequence(_ term: Int32, _ scalar: UInt32) throws(GrammarError) -> Int32 {
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        var rest = term
        while true {
            let node = nodes[Int(rest)]
            guard node.kind == .sequence else {
                scratch.append(try derivative(rest, scalar))
                break
            }
            scratch.append(try sequence(try derivative(node.a, scalar), node.b))
            if !isNullable(node.a) { break }
            rest = node.b
        }
        return scratch.count == start + 1 ? scratch[start] : try unite(from: start)
    }

    /// The derivative by any of these scalars, where they have the same; nil where not.
    func commonDerivative(_ term: Int32, _ scalars: ClosedRange<UInt32>) throws(GrammarError) -> Int32? {
        var common: Int32?
        for scalar in try rangeStarts(of: term, in: scalars) {
            let next = try derivative(term, scalar)
            if let common, next != common { return nil }
            common = next
        }
        return common
    }

    /// Scalars of this range, one of each class.
    func rangeStarts(of term: Int32, in scalars: ClosedRange<UInt32>) throws(GrammarError) -> [UInt32] {
        let partition = try partition(of: term)
        let record = partitions.records[Int(partition)]
        var range = partitions.rangeIndex(partition, scalars.lowerBound)
        var starts = [scalars.lowerBound]
        var seen: UInt64 = 1 &<< UInt64(partitions.classes[record.offset + range])
        range += 1
        while range < record.rangeCount, partitions.starts[record.offset + range] <= scalars.upperBound {
            let index = partitions.classes[record.offset + range]
            if index > 63 || seen & 1 << UInt64(index) == 0 { starts.append(partitions.starts[record.offset + range]) }
            seen |= index > 63 ? 0 : 1 << UInt64(index)
            range += 1
        }
        return starts
    }

    /// The partition of the scalars by which the derivatives differ.
    func partition(of term: Int32) throws(GrammarError) -> Int32 {
        let known = nodes[Int(term)].partition
        if known >= 0 { return known }
        let before = partitions.records.count
        let made = try makePartition(of: term)
        if partitions.records.count > before {
            try budget.spend(1 + partitions.records[Int(made)].rangeCount >> 4)
        }
        nodes.base[Int(term)].partition = made
        return made
    }

    private func makePartition(of term: Int32) throws(GrammarError) -> Int32 {
        let node = nodes[Int(term)]
        switch node.kind {
        case .nothing, .empty: return 0
        case .scalars: return partitions.partition(of: sets[node.a])
        case .sequence:
            var parts = [try partition(of: node.a)]
            var rest = node
            while isNullable(rest.a) {
                guard nodes[Int(rest.b)].kind == .sequence else {
                    parts.append(try partition(of: rest.b))
                    break
                }
                rest = nodes[Int(rest.b)]
                parts.append(try partition(of: rest.a))
            }
            return product(of: parts)
        case .union, .intersection:
            var parts: [Int32] = []
            parts.reserveCapacity(Int(node.b))
            for index in Int(node.a)..<Int(node.a + node.b) { parts.append(try partition(of: operands[index])) }
            return product(of: parts)
        case .complement, .repeated: return try partition(of: node.a)
        case .jsonContent: return partitions.product(jsonPartition(Self.contentMarks), try partition(of: node.a))
        case .jsonEscape: return jsonPartition(Self.escapeLetters)
        case .jsonHex: return jsonPartition(Self.hexDigits)
        case .digits: return jsonPartition(Self.decimalDigits)
        case .decimals: return jsonPartition(Self.decimalDigits + [ScalarSet(".")])
        case .automaton: return automata[Int(node.a)].partition
        }
    }

    private func product(of parts: [Int32]) -> Int32 {
        if parts.count <= 3 { return partitions.product(of: parts) }
        var distinct = parts.sorted()
        var count = 1
        for part in distinct where part != distinct[count - 1] {
            distinct[count] = part
            count += 1
        }
        return partitions.product(of: Array(distinct[..<count]))
    }

    private func jsonPartition(_ sets: [ScalarSet]) -> Int32 {
        sets.reduce(0) { partitions.product($0, partitions.partition(of: $1)) }
    }

    private static let contentMarks = [ScalarSet([0...0x1F]), ScalarSet("\""), ScalarSet("\\")]
    private static let escapeLetters = "\"\\/bfnrtu".unicodeScalars.map { ScalarSet($0) }
    private static let decimalDigits = "0123456789".unicodeScalars.map { ScalarSet($0) }
    private static let hexDigits =
        decimalDigits + ["aA", "bB", "cC", "dD", "eE", "fF"].map { ScalarSet(anyOf: $0) }
}
