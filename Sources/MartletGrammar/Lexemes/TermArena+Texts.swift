extension TermArena {
    /// Whether the text is in the language.
    func contains(_ term: Term, _ text: String) throws(GrammarError) -> Bool {
        var state = term.index
        for scalar in text.unicodeScalars where state != Self.nothing {
            state = try derivative(state, scalar.value)
        }
        return isNullable(state)
    }

    /// The texts of the language where there are at most `limit`, else nil. In the order of their scalars.
    func texts(of term: Term, atMost limit: Int) throws(GrammarError) -> [String]? {
        if try isEmpty(term) { return [] }
        var texts: [String] = []
        var text = String.UnicodeScalarView()
        var onPath: Set<Int32> = []
        var path: [(term: Int32, next: [(scalar: UInt32, term: Int32)])] = []
        // Each scalar not yet tried leads to one text at least.
        var pending = 0
        func enter(_ term: Int32) throws(GrammarError) -> Bool {
            if !onPath.insert(term).inserted { return false }
            if isNullable(term) { texts.append(String(text)) }
            guard let next = try liveScalars(of: term, atMost: limit - texts.count - pending) else { return false }
            pending += next.count
            path.append((term, next.reversed()))
            return texts.count + pending <= limit
        }
        guard try enter(term.index) else { return nil }
        while let last = path.last {
            if let next = last.next.last {
                path[path.count - 1].next.removeLast()
                pending -= 1
                guard let scalar = Unicode.Scalar(next.scalar) else { continue }
                text.append(scalar)
                guard try enter(next.term) else { return nil }
            } else {
                path.removeLast()
                onPath.remove(last.term)
                if !text.isEmpty { text.removeLast() }
            }
        }
        return texts
    }

    /// How many texts the language has where they are at most `limit`, else nil. Lists none of them.
    func cardinality(of term: Term, atMost limit: Int) throws(GrammarError) -> Int? {
        if try isEmpty(term) { return 0 }
        var counts: [Int32: Int] = [:]
        var onPath: Set<Int32> = [term.index]
        var path = [(term: term.index, next: try liveClasses(of: term.index), count: isNullable(term) ? 1 : 0)]
        var pending = path[0].next.count
        while let last = path.last {
            if last.count + pending > limit { return nil }
            guard let (size, next) = last.next.last else {
                counts[last.term] = last.count
                path.removeLast()
                onPath.remove(last.term)
                continue
            }
            if let count = counts[next] {
                path[path.count - 1].next.removeLast()
                pending -= 1
                let product = size.multipliedReportingOverflow(by: count)
                let sum = last.count.addingReportingOverflow(product.partialValue)
                if product.overflow || sum.overflow || sum.partialValue > limit { return nil }
                path[path.count - 1].count = sum.partialValue
            } else {
                if !onPath.insert(next).inserted { return nil }
                let classes = try liveClasses(of: next)
                path.append((next, classes, isNullable(next) ? 1 : 0))
                pending += classes.count
            }
        }
        return counts[term.index]
    }

    /// The numbers of scalars that lead to each living term.
    private func liveClasses(of term: Int32) throws(GrammarError) -> [(size: Int, term: Int32)] {
        let partition = try partition(of: term)
        let record = partitions.records[Int(partition)]
        var sizes = Array(repeating: 0, count: record.classCount)
        for range in 0..<record.rangeCount {
            let start = partitions.starts[record.offset + range]
            let isLast = range + 1 == record.rangeCount
            let end = isLast ? 0x110000 : partitions.starts[record.offset + range + 1]
            let surrogates = start <= 0xD800 && end > 0xDFFF ? 0x800 : 0
            sizes[Int(partitions.classes[record.offset + range])] += Int(end - start) - surrogates
        }
        var live: [(size: Int, term: Int32)] = []
        for (index, size) in sizes.enumerated() {
            let scalar = partitions.smallest(partition, index)
            let next = try derivative(term, of: index, by: scalar, partition: partition)
            if try !isEmpty(next) { live.append((size, next)) }
        }
        return live
    }

    /// The scalars that a text of the term may begin with and what may follow; nil where there are more than `limit`.
    private func liveScalars(of term: Int32, atMost limit: Int) throws(GrammarError) -> [(scalar: UInt32, term: Int32)]?
    {
        let record = partitions.records[Int(try partition(of: term))]
        var live: [(scalar: UInt32, term: Int32)] = []
        for range in 0..<record.rangeCount {
            let start = partitions.starts[record.offset + range]
            let isLast = range + 1 == record.rangeCount
            let end = isLast ? 0x110000 : partitions.starts[record.offset + range + 1]
            let next = try derivative(term, start)
            if next == Self.nothing { continue }
            if try isEmpty(next) { continue }
            if live.count + Int(end - start) > limit + 0x800 { return nil }
            for scalar in start..<end where scalar < 0xD800 || scalar > 0xDFFF { live.append((scalar, next)) }
            if live.count > limit { return nil }
        }
        return live
    }

    /// A short text of the language, nil where it is empty. Prefers letters and digits.
    func example(of term: Term) throws(GrammarError) -> String? {
        if try isEmpty(term) { return nil }
        searches += 1
        let search = searches
        var seen: [(term: Int32, parent: Int32, scalar: UInt32, cost: UInt32)] = [(term.index, -1, 0, 0)]
        var queue = LeastFirstQueue()
        queue.insert(0, key: 0)
        while let position = queue.removeLeast() {
            let current = seen[Int(position)]
            if nodes[Int(current.term)].mark == search { continue }
            nodes.base[Int(current.term)].mark = search
            if isNullable(current.term) {
                var scalars: [Unicode.Scalar] = []
                var place = position
                while place > 0 {
                    if let scalar = Unicode.Scalar(seen[Int(place)].scalar) { scalars.append(scalar) }
                    place = seen[Int(place)].parent
                }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: scalars.reversed())
                return String(text)
            }
            for choice in try choices(of: current.term) {
                let next = try derivative(current.term, choice.scalar)
                let node = nodes[Int(next)]
                if node.flags.contains(.knownEmpty) || node.mark == search { continue }
                let cost = current.cost + choice.cost
                queue.insert(Int32(seen.count), key: cost &+ min(node.minLength, 1 << 28) * 8)
                seen.append((next, position, choice.scalar, cost))
            }
        }
        return nil
    }

    /// The scalar that looks best of each class.
    private func choices(of term: Int32) throws(GrammarError) -> [(scalar: UInt32, cost: UInt32)] {
        let partition = try partition(of: term)
        let count = partitions.classCount(partition)
        var best = (0..<count).map { (scalar: partitions.smallest(partition, $0), cost: UInt32(40)) }
        var found = 0
        for (scalar, cost) in Self.niceScalars {
            let index = partitions.classOf(partition, scalar)
            if best[index].cost == 40 {
                best[index] = (scalar, cost)
                found += 1
                if found == count { break }
            }
        }
        return best
    }

    /// The printable ASCII characters and what they cost in an example, the cheapest first.
    private static let niceScalars: [(scalar: UInt32, cost: UInt32)] =
        "abcdefghijklmnopqrstuvwxyz".unicodeScalars.map { ($0.value, 8) }
        + "1234567890".unicodeScalars.map { ($0.value, 9) }
        + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars.map { ($0.value, 10) }
        + "-_. /:@#+,;()[]{}<>=!?*&%$~'|^`\"\\".unicodeScalars.map { ($0.value, 16) }
}
