/// A deterministic automaton over scalars. States are numbered from 0; classes of scalars that no state tells apart share
/// a column.
struct ScalarAutomaton: Hashable, Sendable {
    /// A state from which every text is accepted, and one from which none is.
    static let everything: Int32 = -1
    static let nothing: Int32 = -2

    /// Disjoint, and together every scalar.
    let classes: [ScalarSet]
    /// Where it begins: 0, or what that amounts to.
    let initial: Int32
    /// For each state the next ones by class.
    private let rows: [Int32]
    private let accepting: [Bool]

    /// `rows` holds one row of `classes.count` states for each state.
    init(classes: [ScalarSet], rows: [Int32], accepting: [Bool]) {
        self.classes = classes
        let isDead = Self.states(of: rows, accepting.count, thatCannotReach: { accepting[$0] })
        let isFull = Self.states(of: rows, accepting.count, thatCannotReach: { !accepting[$0] })
        func named(_ state: Int32) -> Int32 {
            isDead[Int(state)] ? Self.nothing : isFull[Int(state)] ? Self.everything : state
        }
        initial = named(0)
        self.rows = rows.map(named)
        self.accepting = accepting
    }

    func accepts(_ state: Int32) -> Bool { state == Self.everything || state >= 0 && accepting[Int(state)] }

    /// The state after `scalar`.
    func next(_ state: Int32, after scalar: UInt32) -> Int32 {
        guard state >= 0 else { return state }
        guard let index = classes.firstIndex(where: { $0.contains(scalar) }) else { return Self.nothing }
        return rows[Int(state) * classes.count + index]
    }

    /// Everything it is made of, as numbers.
    func forEachNumber(_ body: (UInt64) -> Void) {
        for scalars in classes {
            for range in scalars.ranges { body(UInt64(range.lowerBound) << 32 | UInt64(range.upperBound)) }
            body(.max)
        }
        for state in rows { body(UInt64(UInt32(bitPattern: state))) }
        for accepts in accepting { body(accepts ? 1 : 0) }
    }

    private static func states(
        of rows: [Int32], _ count: Int, thatCannotReach isGoal: (Int) -> Bool
    ) -> [Bool] {
        var before = [[Int32]](repeating: [], count: count)
        for (place, state) in rows.enumerated() { before[Int(state)].append(Int32(place / (rows.count / count))) }
        var cannot = [Bool](repeating: true, count: count)
        var pending = (0..<count).filter(isGoal)
        for state in pending { cannot[state] = false }
        while let state = pending.popLast() {
            for earlier in before[state] where cannot[Int(earlier)] {
                cannot[Int(earlier)] = false
                pending.append(Int(earlier))
            }
        }
        return cannot
    }
}
