/// What the automaton of a grammar has come to so far: it grows as it is used.
public struct GrammarStatistics: Hashable, Sendable {
    /// Configurations and lexeme states.
    public var states: Int
    /// Token masks kept.
    public var masks: Int
    /// Bytes of memory, without the masks that grammars share.
    public var bytes: Int
    /// How often it was made afresh, because it had grown too large.
    public var restarts: Int
}

extension CompiledGrammar {
    /// The size of the automaton now.
    public var statistics: GrammarStatistics {
        withCurrentEngine { engine, generation in
            GrammarStatistics(
                states: engine.automaton.configurations.count + engine.automaton.lexemes.stateCount,
                masks: engine.numMasks, bytes: engine.byteCount, restarts: generation)
        }
    }
}
