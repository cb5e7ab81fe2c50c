/// An automaton of an arena.
struct AutomatonEntry {
    let automaton: ScalarAutomaton
    /// Equal for equal automata of all arenas.
    let fingerprint: Fingerprint
    /// The classes of the automaton as a partition.
    let partition: Int32
}

extension TermArena {
    func index(of automaton: ScalarAutomaton) throws(GrammarError) -> Int32 {
        if let known = automatonIndex[automaton] { return known }
        try budget.spend(automaton.classes.count)
        var partition: Int32 = 0
        for scalars in automaton.classes {
            partition = partitions.product(partition, partitions.partition(of: scalars))
        }
        let index = Int32(automata.count)
        automata.append(
            AutomatonEntry(automaton: automaton, fingerprint: fingerprint(of: automaton), partition: partition))
        automatonIndex[automaton] = index
        return index
    }

    /// The texts an automaton accepts from a state.
    func automaton(_ index: Int32, _ state: Int32) throws(GrammarError) -> Int32 {
        switch state {
        case ScalarAutomaton.nothing: Self.nothing
        case ScalarAutomaton.everything: Self.anything
        default: try make(.automaton, index, state)
        }
    }
}
