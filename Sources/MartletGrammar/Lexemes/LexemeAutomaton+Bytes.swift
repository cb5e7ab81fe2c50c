extension LexemeAutomaton {
    /// Works out where a byte leads. States that are asked often get a row, where it is written down with the other bytes
    /// that are surely equal; most states of texts like property names never need one.
    func makeNext(_ state: State, _ byte: UInt8) throws(GrammarError) -> State {
        let record = records[Int(state)]
        let next = try findNext(record, byte)
        guard record.row != nil || countAsk(of: state) else { return next }
        let row = records[Int(state)].row ?? attachRow(to: state)
        row[Int(byte)] = next
        guard record.progress == .none, byte < 0x80 else { return next }
        let partition = terms.partitions.records[Int(try terms.partition(of: record.term))]
        let classes = terms.partitions.ascii.base + partition.ascii
        let index = classes[Int(byte)]
        for other in 0..<128 where classes[other] == index { row[other] = next }
        return next
    }

    private func findNext(_ record: Record, _ byte: UInt8) throws(GrammarError) -> State {
        guard record.progress == .none else { return try next(of: record, byte) }
        if byte < 0x80 { return try state(of: terms.derivative(record.term, UInt32(byte))) }
        guard let progress = UTF8Progress(firstByte: byte) else { return Self.dead }
        return try next(record.term, progress)
    }

    /// The bytes that lead on, as 256 bits. Makes no row.
    func nextBytes(of state: State) throws(GrammarError) -> [UInt64] {
        var bytes: [UInt64] = [0, 0, 0, 0]
        let record = records[Int(state)]
        func add(_ byte: UInt8) { bytes[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
        guard record.progress == .none else {
            for byte: UInt8 in 0x80...0xBF where try findNext(record, byte) != Self.dead { add(byte) }
            return bytes
        }
        let partition = terms.partitions.records[Int(try terms.partition(of: record.term))]
        var known: [Int8] = Array(repeating: -1, count: partition.classCount)
        for byte: UInt8 in 0..<128 {
            let index = Int((terms.partitions.ascii.base + partition.ascii)[Int(byte)])
            if known[index] < 0 { known[index] = try findNext(record, byte) == Self.dead ? 0 : 1 }
            if known[index] > 0 { add(byte) }
        }
        if let common = try terms.commonDerivative(record.term, 0x80...0x10FFFF), try terms.isEmpty(common) {
            return bytes
        }
        for byte: UInt8 in 0xC2...0xF4 where try findNext(record, byte) != Self.dead { add(byte) }
        return bytes
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
