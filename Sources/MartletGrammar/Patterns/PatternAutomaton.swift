/// Builds the automaton of a pattern with any lookaround.
///
/// A state is a condition on the rest of the text: a Boolean function of instructions, each of which stands for "the rest
/// is matched from here on" (an alternating automaton made deterministic), with the places at which each lookbehind is in
/// what precedes.
struct PatternAutomaton {
    private struct State: Hashable {
        var condition: Int32
        /// The instructions each lookbehind waits at.
        var behind: [[Int]]
    }

    private static let maxRows = 1 << 16

    private let program: PatternProgram
    private let classes: [ScalarSet]
    private var diagrams = DecisionDiagrams()
    /// The conditions of instructions where the lookbehinds have these outcomes.
    private var conditions: [[Bool]: [Int: Int32]] = [:]

    static func language(of node: PatternNode, followedBy rest: Regex) throws(GrammarError) -> Regex {
        let program = try PatternProgram(node, thenAnything: rest == .anything)
        var builder = PatternAutomaton(program: program, classes: classes(of: program))
        let automaton = try builder.build()
        switch automaton.initial {
        case ScalarAutomaton.nothing: return .nothing
        case ScalarAutomaton.everything: return .anything
        default: return .automaton(automaton, state: automaton.initial)
        }
    }

    private init(program: PatternProgram, classes: [ScalarSet]) {
        self.program = program
        self.classes = classes
    }

    /// The scalars divided so that no set of the program divides them further.
    private static func classes(of program: PatternProgram) -> [ScalarSet] {
        var seen: Set<ScalarSet> = []
        var classes = [ScalarSet.all]
        for case .scalars(let set, _) in program.instructions where seen.insert(set).inserted {
            classes = classes.flatMap { [$0.intersection(set), $0.subtracting(set)] }.filter { !$0.isEmpty }
        }
        return classes
    }

    private mutating func build() throws(GrammarError) -> ScalarAutomaton {
        let (behind, outcomes) = behind(after: [])
        var states = [State(condition: try condition(of: program.start, outcomes), behind: behind)]
        var indices = [states[0]: Int32(0)]
        var rows: [Int32] = []
        var current = 0
        while current < states.count {
            for scalars in classes {
                let state = try next(states[current], after: scalars)
                if indices[state] == nil {
                    indices[state] = Int32(states.count)
                    states.append(state)
                }
                rows.append(indices[state] ?? 0)
            }
            if rows.count > Self.maxRows {
                throw GrammarError(.tooComplex, "regular expression: its lookaround takes too many states")
            }
            current += 1
        }
        return ScalarAutomaton(classes: classes, rows: rows, accepting: states.map(isAccepting))
    }

    /// Whether the text may end here: no scalar follows.
    private func isAccepting(_ state: State) -> Bool {
        diagrams.holds(state.condition) { variable in
            if case .acceptAtEnd = program.instructions[Int(variable)] { true } else { false }
        }
    }

    private mutating func next(_ state: State, after scalars: ScalarSet) throws(GrammarError) -> State {
        let (behind, outcomes) = behind(
            after: state.behind.map { waiting in waiting.compactMap { step($0, over: scalars) } })
        var replacements: [Int32: Int32] = [:]
        for variable in diagrams.variables(of: state.condition) {
            guard let next = step(Int(variable), over: scalars) else { continue }
            replacements[variable] = try self.condition(of: next, outcomes)
        }
        let condition = try diagrams.substitute(in: state.condition) { replacements[$0] ?? DecisionDiagrams.no }
        // Where nothing depends on the text any more, nothing depends on what precedes.
        return State(condition: condition, behind: condition <= DecisionDiagrams.yes ? [] : behind)
    }

    /// The instruction after a scalar of a class; nil where the instruction does not match it.
    private func step(_ instruction: Int, over scalars: ScalarSet) -> Int? {
        guard case .scalars(let set, let next) = program.instructions[instruction],
            let first = scalars.ranges.first, set.contains(first.lowerBound)
        else { return nil }
        return next
    }

    // MARK: - What precedes

    /// Where the lookbehinds wait that are at these instructions, or begin here, and whether each of them matches here.
    private func behind(after reached: [[Int]]) -> (waiting: [[Int]], outcomes: [Bool]) {
        var waiting: [[Int]] = []
        var outcomes: [Bool] = []
        for (number, start) in program.lookbehinds.enumerated() {
            var seen: Set<Int> = []
            var places: [Int] = []
            var pending = (number < reached.count ? reached[number] : []) + [start]
            var isMatch = false
            while let place = pending.popLast() {
                guard seen.insert(place).inserted else { continue }
                switch program.instructions[place] {
                case .scalars: places.append(place)
                case .fork(let next): pending += next
                case .lookbehind(let inner, let isNegated, let next):
                    if outcomes[inner] != isNegated { pending.append(next) }
                case .accept: isMatch = true
                case .lookahead, .acceptAtEnd: break
                }
            }
            waiting.append(places.sorted())
            outcomes.append(isMatch)
        }
        return (waiting, outcomes)
    }

    // MARK: - What follows

    /// The condition that the rest of the text is matched from an instruction on.
    private mutating func condition(of start: Int, _ outcomes: [Bool]) throws(GrammarError) -> Int32 {
        if let known = conditions[outcomes]?[start] { return known }
        var result = DecisionDiagrams.no
        // Under which conditions an instruction is reached without a scalar in between.
        var reached: [Int: Int32] = [:]
        var pending = [(start, DecisionDiagrams.yes)]
        while let (place, condition) = pending.popLast() {
            try diagrams.step()
            let before = reached[place] ?? DecisionDiagrams.no
            let all = try diagrams.or(before, condition)
            if all == before { continue }
            reached[place] = all
            switch program.instructions[place] {
            case .scalars, .acceptAtEnd:
                let rest = try diagrams.variable(Int32(place))
                result = try diagrams.or(result, try diagrams.and(condition, rest))
            case .accept: result = try diagrams.or(result, condition)
            case .fork(let next): pending += next.map { ($0, condition) }
            case .lookbehind(let number, let isNegated, let next):
                if outcomes[number] != isNegated { pending.append((next, condition)) }
            case .lookahead(let start, let isNegated, let next):
                var ahead = try self.condition(of: start, outcomes)
                if isNegated { ahead = try diagrams.not(ahead) }
                pending.append((next, try diagrams.and(condition, ahead)))
            }
        }
        conditions[outcomes, default: [:]][start] = result
        return result
    }
}
