/// Writes out sets when a schema is compiled although nothing needs them yet, so that what cannot be enforced is known
/// before anything is generated: breadth first what rules would be written of, up to a bound. Nothing is done in vain that
/// generating would not do as well.
struct WalkAhead {
    private let algebra: SchemaAlgebra
    private var sets: [SetID] = []
    private var seen: Set<SetID> = []
    private var states: [State] = []
    private var seenStates: Set<State> = []

    private enum State: Hashable {
        case object(ShapeID, ObjectState)
        case array(ShapeID, ArrayState)
    }

    /// How many sets and states are looked at.
    private static let maxSteps = 160
    /// What they may cost together.
    private static let maxSpent = 1536

    init(_ algebra: SchemaAlgebra) { self.algebra = algebra }

    mutating func run(from start: SetID) throws(GrammarError) {
        let budget = algebra.terms.budget
        let limit = budget.states + Self.maxSpent
        reach(start)
        var (set, state) = (0, 0)
        while set + state < Self.maxSteps, budget.states < limit {
            if set < sets.count {
                try write(sets[set])
                set += 1
            } else if state < states.count {
                try goOn(from: states[state])
                state += 1
            } else {
                return
            }
        }
    }

    private mutating func reach(_ set: SetID) {
        let set = algebra.canonical(set)
        if seen.insert(set).inserted { sets.append(set) }
    }

    private mutating func reach(_ state: State) {
        if seenStates.insert(state).inserted { states.append(state) }
    }

    private mutating func write(_ set: SetID) throws(GrammarError) {
        algebra.place = algebra.schema(of: set) ?? algebra.place
        let value = try algebra.value(of: set)
        for numbers in value.numbers where !numbers.constraint.multiples.isEmpty {
            _ = try algebra.language(of: numbers)
        }
        for shape in value.arrays where try algebra.arrays.isInhabited(shape) {
            try goOn(from: .array(shape, algebra.arrays.start(algebra.array(shape))))
        }
        for shape in value.objects where try algebra.objects.isInhabited(shape) {
            try goOn(from: .object(shape, algebra.objects.start(try algebra.objects.frame(shape))))
        }
    }

    /// Takes the moves from a state. Where later states can do only what the first one can, they are not looked at.
    private mutating func goOn(from state: State) throws(GrammarError) {
        switch state {
        case .object(let shape, let state):
            let frame = try algebra.objects.frame(shape)
            for move in try algebra.objects.moves(shape, frame, state) {
                for (value, next) in move.outcomes {
                    reach(value)
                    if !frame.shape.isPlain { reach(.object(shape, next)) }
                }
            }
        case .array(let id, let state):
            let shape = algebra.array(id)
            for move in try algebra.arrays.moves(id, state) {
                reach(move.value)
                let hasMore = !shape.isPlain || state.index < shape.prefix.count
                if hasMore, move.kind == .plain { reach(.array(id, move.state)) }
            }
        }
    }
}
