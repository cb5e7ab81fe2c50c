/// Runs the terms of an arena over UTF-8 bytes. States are numbers and made when first reached; a state whose language is
/// empty is `dead`. Overlong forms, surrogates and values past U+10FFFF are dead. Not shared between tasks.
///
/// State numbers stay below `stateCount`; a row, once made, stays where it is as long as the automaton lives.
final class LexemeAutomaton {
    typealias State = Int32

    /// The state that nothing leads out of.
    static let dead: State = 0
    /// In a row: not worked out yet.
    static let unknown: State = -1

    struct Record: BitwiseCopyable {
        /// What is to be read once `progress` is done; before it where that decides.
        var term: Int32
        var progress: UTF8Progress
        var isAccepting: Bool
        /// 1: wide, 0: not, -1: not known yet.
        var wide: Int8 = -1
        /// How often it has been asked for a byte while it had no row.
        var asks: UInt8 = 0
        var row: UnsafeMutablePointer<State>?
    }

    let terms: TermArena
    @exclusivity(unchecked) private(set) var records = FlatArray<Record>(capacity: 256)
    /// The states of terms, -1 where there is none yet.
    @exclusivity(unchecked) private var termStates = FlatArray<State>(capacity: 256)
    private var partialStates: [PartialKey: State] = [:]
    private var slabs: [UnsafeMutablePointer<State>] = []
    private var rowsLeft = 0
    private static let rowsPerSlab = 16

    private struct PartialKey: Hashable {
        var term: Int32
        var progress: UTF8Progress
    }

    init(terms: TermArena) {
        self.terms = terms
        records.append(Record(term: TermArena.nothing, progress: .none, isAccepting: false, wide: 0, row: nil))
        let row = makeRow()
        row.update(repeating: Self.dead, count: 256)
        records.base[0].row = row
    }

    deinit {
        for slab in slabs { slab.deallocate() }
    }

    /// Bytes of memory held.
    var byteCount: Int {
        records.byteCount + termStates.byteCount + partialStates.count * 32 + slabs.count * Self.rowsPerSlab * 1024
    }

    /// Number of states so far.
    var stateCount: Int { records.count }

    /// The state before any byte of the term's texts.
    func start(_ term: Term) throws(GrammarError) -> State { try state(of: term.index) }

    /// The state after one more byte.
    @inline(__always) func next(_ state: State, _ byte: UInt8) throws(GrammarError) -> State {
        if let row = records[Int(state)].row {
            let known = row[Int(byte)]
            if known >= 0 { return known }
        }
        return try makeNext(state, byte)
    }

    /// The states after each byte, `unknown` where `next` has not been asked yet.
    @inline(__always) func row(of state: State) -> UnsafePointer<State> {
        UnsafePointer(records[Int(state)].row ?? attachRow(to: state))
    }

    /// The states after each byte, all of them.
    func completeRow(of state: State) throws(GrammarError) -> UnsafePointer<State> {
        let row = row(of: state)
        for byte: UInt8 in 0...255 where row[Int(byte)] < 0 { _ = try makeNext(state, byte) }
        return row
    }

    /// Whether the bytes so far are a text of the language.
    @inline(__always) func isAccepting(_ state: State) -> Bool { records[Int(state)].isAccepting }

    /// Whether the state stands between the bytes of a scalar.
    func isPartial(_ state: State) -> Bool { records[Int(state)].progress != .none }

    /// What remains to be read; between the bytes of a scalar, what does after (or, where that is not settled, before) it.
    func term(of state: State) -> Term { Term(index: records[Int(state)].term) }

    /// The hash that is equal for states of all automata that go on alike.
    func fingerprint(_ state: State) -> Fingerprint {
        let record = records[Int(state)]
        let hash = terms.fingerprint(Term(index: record.term))
        if record.progress == .none { return hash }
        return FingerprintSeed.process.mix(hash, UInt64(record.progress.rawValue))
    }

    /// Whether at least 64 bytes may come next: the state is inside free text.
    func isWide(_ state: State) throws(GrammarError) -> Bool {
        let record = records[Int(state)]
        if record.wide >= 0 { return record.wide > 0 }
        let wide = try countsAsWide(state)
        records.base[Int(state)].wide = wide ? 1 : 0
        return wide
    }

    /// The state of a term, dead if it is empty.
    func state(of term: Int32) throws(GrammarError) -> State {
        if Int(term) < termStates.count {
            let known = termStates[Int(term)]
            if known >= 0 { return known }
        } else {
            let missing = max(terms.nodes.count - termStates.count, 1)
            _ = termStates.append(repeating: Self.unknown, count: missing)
        }
        let state = try terms.isEmpty(term) ? Self.dead : add(term, .none)
        termStates[Int(term)] = state
        return state
    }

    /// The state between the bytes of a scalar; `term` is alive.
    func state(of term: Int32, _ progress: UTF8Progress) throws(GrammarError) -> State {
        let key = PartialKey(term: term, progress: progress)
        if let known = partialStates[key] { return known }
        let state = try add(term, progress)
        partialStates[key] = state
        return state
    }

    private func add(_ term: Int32, _ progress: UTF8Progress) throws(GrammarError) -> State {
        try terms.budget.spend()
        let isAccepting = progress == .none && terms.isNullable(term)
        records.append(Record(term: term, progress: progress, isAccepting: isAccepting, row: nil))
        return State(records.count - 1)
    }

    /// Counts a question to a state without a row; true where it is time for one.
    func countAsk(of state: State) -> Bool {
        records.base[Int(state)].asks += 1
        return records[Int(state)].asks >= 24
    }

    func attachRow(to state: State) -> UnsafeMutablePointer<State> {
        let row = makeRow()
        records.base[Int(state)].row = row
        return row
    }

    private func makeRow() -> UnsafeMutablePointer<State> {
        if rowsLeft == 0 {
            slabs.append(.allocate(capacity: Self.rowsPerSlab * 256))
            rowsLeft = Self.rowsPerSlab
        }
        let row = slabs[slabs.count - 1] + (Self.rowsPerSlab - rowsLeft) * 256
        rowsLeft -= 1
        row.update(repeating: Self.unknown, count: 256)
        return row
    }
}
