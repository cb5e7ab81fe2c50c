extension TermArena {
    /// Whether no text is in the language. Exact; throws where that takes more than the budget.
    func isEmpty(_ term: Term) throws(GrammarError) -> Bool { try isEmpty(term.index, depth: 0) }

    func isEmpty(_ term: Int32) throws(GrammarError) -> Bool { try isEmpty(term, depth: 0) }

    /// Asks the parts of a term as long as that decides, down to some depth; then searches.
    private func isEmpty(_ term: Int32, depth: Int) throws(GrammarError) -> Bool {
        if let known = known(term) { return known }
        let node = nodes[Int(term)]
        let result: Bool
        switch node.kind {
        case .sequence where depth < 32:
            result = try isSequenceEmpty(term, depth)
        case .union where depth < 32:
            var allEmpty = true
            for index in Int(node.a)..<Int(node.a + node.b) where allEmpty {
                allEmpty = try isEmpty(operands[index], depth: depth + 1)
            }
            result = allEmpty
        case .jsonContent where depth < 32, .repeated where depth < 32:
            result = try isEmpty(node.a, depth: depth + 1)
        case .intersection:
            if let divisible = divisibleDigits(node) { result = !divisible } else { result = try !search(from: term) }
        default: result = try !search(from: term)
        }
        nodes.base[Int(term)].flags.insert(result ? .knownEmpty : .nonEmpty)
        return result
    }

    private func isSequenceEmpty(_ term: Int32, _ depth: Int) throws(GrammarError) -> Bool {
        var rest = term
        while case let node = nodes[Int(rest)], node.kind == .sequence {
            if try isEmpty(node.a, depth: depth + 1) { return true }
            rest = node.b
        }
        return try isEmpty(rest, depth: depth + 1)
    }

    private func known(_ term: Int32) -> Bool? {
        let flags = nodes[Int(term)].flags
        return flags.contains(.nonEmpty) ? false : flags.contains(.knownEmpty) ? true : nil
    }

    /// For so many digits that make a number divisible: whether there are such. Nil for any other intersection.
    private func divisibleDigits(_ node: TermNode) -> Bool? {
        guard node.b == 2 else { return nil }
        let (first, second) = (operands[Int(node.a)], operands[Int(node.a) + 1])
        let isFirst = nodes[Int(first)].kind == .digits
        let (digits, counts) = (nodes[Int(isFirst ? first : second)], counted(isFirst ? second : first))
        let body = nodes[Int(counts.body)]
        guard digits.kind == .digits, body.kind == .scalars, sets[body.a] == ScalarSet("0"..."9") else { return nil }
        let most = counts.atMost == Self.unbounded ? 20 : min(Int(counts.atMost), 20)
        let remainder = remainders[Int(digits.a)]
        return counts.atLeast >= 20
            || Int(counts.atLeast) <= most && (Int(counts.atLeast)...most).contains { remainder.isDivisible(after: $0) }
    }

    /// Whether a text can be read from `term`: goes first where the least is left to read. All terms on the way to such a
    /// text are known from then on, and all that were seen where there is none.
    private func search(from term: Int32) throws(GrammarError) -> Bool {
        searches += 1
        let search = searches
        var seen = [term]
        var parents: [Int32] = [-1]
        var queue = LeastFirstQueue()
        nodes.base[Int(term)].mark = search
        queue.insert(0, key: 0)
        while let position = queue.removeLeast() {
            let current = seen[Int(position)]
            let partition = try partition(of: current)
            for index in 0..<partitions.classCount(partition) {
                let scalar = partitions.smallest(partition, index)
                let next = try derivative(current, of: index, by: scalar, partition: partition)
                let node = nodes[Int(next)]
                if node.flags.contains(.nonEmpty) {
                    var witness = position
                    while witness >= 0 {
                        nodes.base[Int(seen[Int(witness)])].flags.insert(.nonEmpty)
                        witness = parents[Int(witness)]
                    }
                    return true
                }
                if node.flags.contains(.knownEmpty) || node.mark == search { continue }
                nodes.base[Int(next)].mark = search
                queue.insert(Int32(seen.count), key: node.minLength)
                seen.append(next)
                parents.append(position)
            }
        }
        for term in seen { nodes.base[Int(term)].flags.insert(.knownEmpty) }
        return false
    }
}

/// Takes out what has the least key, of those what came last.
struct LeastFirstQueue {
    private var heap: [(key: UInt64, value: Int32)] = []
    private var count: UInt32 = 0

    mutating func insert(_ value: Int32, key: UInt32) {
        count += 1
        heap.append((UInt64(key) << 32 | UInt64(UInt32.max - count), value))
        var place = heap.count - 1
        while place > 0, heap[(place - 1) / 2].key > heap[place].key {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeLeast() -> Int32? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first.value }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [place * 2 + 1, place * 2 + 2] where child < heap.count && heap[child].key < heap[least].key {
                least = child
            }
            if least == place { return first.value }
            heap.swapAt(place, least)
            place = least
        }
    }
}
