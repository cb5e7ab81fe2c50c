/// Strings whose length alone tells their states apart.
extension TermArena {
    /// What is left of a string: so many scalars of one set and the closing quote.
    struct CountedString {
        /// The term of the set.
        var set: Term
        var atLeast: Int32
        /// `unbounded` where there is no bound.
        var atMost: Int32

        var isFree: Bool { atLeast == 0 && atMost == TermArena.unbounded }
    }

    /// How many states of a pattern are looked at for the shortest way to finish.
    private static let maxCompletionStates = 256

    /// `term` as a counted string; nil where it is something else.
    func countedString(_ term: Term) -> CountedString? {
        let node = nodes[Int(term.index)]
        guard node.kind == .jsonContent else { return nil }
        let content = counted(node.a)
        guard nodes[Int(content.body)].kind == .scalars else { return nil }
        return CountedString(set: Term(index: content.body), atLeast: content.atLeast, atMost: content.atMost)
    }

    /// The term of a counted string.
    func term(of string: CountedString) throws(GrammarError) -> Term {
        Term(index: try content(try repeated(string.set.index, string.atLeast, string.atMost)))
    }

    /// The string without its greatest length, where after any `reach` scalars that length is still no obstacle: whatever
    /// has been read by then can be finished within it. Nil for any other term.
    func withoutMaxLength(_ term: Term, reach: Int) throws(GrammarError) -> Term? {
        let string = nodes[Int(term.index)]
        guard string.kind == .jsonContent, case let node = nodes[Int(string.a)], node.kind == .intersection else {
            return nil
        }
        var others: [Int32] = []
        var maxLength = Int32.max
        for index in Int(node.a)..<Int(node.a + node.b) {
            let operand = nodes[Int(operands[index])]
            if operand.kind == .repeated, operand.a == Self.anyScalar, operand.b == 0 {
                maxLength = min(maxLength, operand.c)
            } else {
                others.append(operands[index])
            }
        }
        guard maxLength < .max, Int(maxLength) >= reach, !others.isEmpty else { return nil }
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        for other in others { scratch.append(other) }
        let rest = try intersect(from: start)
        guard let completion = try longestCompletion(from: rest), Int(maxLength) >= reach + completion else {
            return nil
        }
        return Term(index: try content(rest))
    }

    /// How many scalars it takes at most to finish, by the shortest way, whatever has been read of `term`; nil where that
    /// takes too many states to find out.
    private func longestCompletion(from term: Int32) throws(GrammarError) -> Int? {
        var numbers: [Int32: Int] = [term: 0]
        var states = [term]
        var before: [[Int]] = [[]]
        var next = 0
        while next < states.count {
            let state = states[next]
            let partition = try partition(of: state)
            for index in 0..<partitions.classCount(partition) {
                let scalar = partitions.smallest(partition, index)
                let after = try derivative(state, of: index, by: scalar, partition: partition)
                if after == Self.nothing { continue }
                if numbers[after] == nil {
                    guard states.count < Self.maxCompletionStates else { return nil }
                    numbers[after] = states.count
                    states.append(after)
                    before.append([])
                }
                if let number = numbers[after] { before[number].append(next) }
            }
            next += 1
        }
        // Backwards from where the text may end.
        var queue = states.indices.filter { isNullable(states[$0]) }
        var lengths = Array(repeating: -1, count: states.count)
        for state in queue { lengths[state] = 0 }
        next = 0
        while next < queue.count {
            let state = queue[next]
            next += 1
            for other in before[state] where lengths[other] < 0 {
                lengths[other] = lengths[state] + 1
                queue.append(other)
            }
        }
        return queue.last.map { lengths[$0] }
    }
}
