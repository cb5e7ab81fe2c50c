extension LexemeAutomaton {
    /// Works out an entry of a row, and the others that are surely equal.
    func makeNext(_ state: State, _ byte: UInt8) throws(GrammarError) -> State {
        let record = records[Int(state)]
        let row = record.row ?? attachRow(to: state)
        guard record.progress == .none else {
            let next = try next(of: record, byte)
            row[Int(byte)] = next
            return next
        }
        if byte >= 0x80 {
            let next = try UTF8Progress(firstByte: byte).map { progress throws(GrammarError) in
                try self.next(record.term, progress)
            }
            row[Int(byte)] = next ?? Self.dead
            return row[Int(byte)]
        }
        let next = try self.state(of: terms.derivative(record.term, UInt32(byte)))
        let partition = terms.partitions.records[Int(try terms.partition(of: record.term))]
        let classes = terms.partitions.ascii.base + partition.ascii
        let index = classes[Int(byte)]
        for other in 0..<128 where classes[other] == index { row[other] = next }
        return next
    }

    /// The state after a byte inside a scalar.
    private func next(of record: Record, _ byte: UInt8) throws(GrammarError) -> State {
        guard let progress = record.progress.appending(byte) else { return Self.dead }
        if progress.isUndecided {
            if progress.left > 0 { return try next(record.term, progress) }
            return try state(of: terms.derivative(record.term, progress.scalar))
        }
        return progress.left > 0 ? try state(of: record.term, progress) : try state(of: record.term)
    }

    /// The state inside a scalar: does not tell apart scalars that lead to the same term.
    private func next(_ term: Int32, _ progress: UTF8Progress) throws(GrammarError) -> State {
        if let common = try terms.commonDerivative(term, progress.scalars) {
            return try terms.isEmpty(common) ? Self.dead : state(of: common, progress.decided)
        }
        return try isAlive(term, progress.scalars) ? state(of: term, progress) : Self.dead
    }

    /// Whether any of the scalars leads on.
    private func isAlive(_ term: Int32, _ scalars: ClosedRange<UInt32>) throws(GrammarError) -> Bool {
        for scalar in try terms.rangeStarts(of: term, in: scalars) {
            if try !terms.isEmpty(terms.derivative(term, scalar)) { return true }
        }
        return false
    }

    /// Counts the bytes that lead on, the largest classes first, until it is clear whether there are 64.
    func countsAsWide(_ state: State) throws(GrammarError) -> Bool {
        let record = records[Int(state)]
        var alive = 0
        if record.progress != .none {
            for byte: UInt8 in 0x80...0xBF where try next(state, byte) != Self.dead { alive += 1 }
            return alive >= 64
        }
        let partition = terms.partitions.records[Int(try terms.partition(of: record.term))]
        let classes = terms.partitions.ascii.base + partition.ascii
        var sizes: [(count: Int, byte: UInt8)] = []
        for byte: UInt8 in 0..<128 {
            let index = Int(classes[Int(byte)])
            // Classes are numbered in the order of their smallest scalars.
            if index == sizes.count { sizes.append((0, byte)) }
            sizes[index].count += 1
        }
        sizes.sort { ($1.count, $0.byte) < ($0.count, $1.byte) }
        var undecided = 128
        // The first bytes of longer sequences: C2 to F4.
        let longer = 51
        for (count, byte) in sizes {
            if alive + undecided + longer < 64 { return false }
            if try next(state, byte) != Self.dead { alive += count }
            if alive >= 64 { return true }
            undecided -= count
        }
        if alive + longer < 64 { return false }
        for byte: UInt8 in 0xC2...0xF4 where alive < 64 {
            if try next(state, byte) != Self.dead { alive += 1 }
        }
        return alive >= 64
    }
}
