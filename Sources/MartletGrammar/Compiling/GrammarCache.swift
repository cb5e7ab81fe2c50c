import Synchronization

/// Compiled grammars and failures by content. Those that have not been asked for longest make room for new ones.
final class GrammarCache: Sendable {
    /// One content: its lock is held while it is compiled, so that whoever else asks for it waits for the result.
    private final class Entry: Sendable {
        let result = Mutex<Result<CompiledGrammar, GrammarError>?>(nil)
    }

    private struct State {
        var entries: [GrammarCacheKey: (entry: Entry, lastUse: Int)] = [:]
        var uses = 0
    }

    private let state = Mutex(State())
    private let maxEntries: Int

    init(maxEntries: Int = 512) { self.maxEntries = maxEntries }

    /// Number of contents kept.
    var count: Int { state.withLock { $0.entries.count } }

    /// The grammar of `key`, made by `compile` where it is not known.
    func grammar(
        of key: GrammarCacheKey, compile: () throws(GrammarError) -> CompiledGrammar
    ) throws(GrammarError) -> CompiledGrammar {
        let entry = state.withLock { state in
            state.uses += 1
            let entry = state.entries[key]?.entry ?? Entry()
            state.entries[key] = (entry, state.uses)
            if state.entries.count > maxEntries {
                let oldest = state.entries.min { $0.value.lastUse < $1.value.lastUse }
                if let oldest { state.entries[oldest.key] = nil }
            }
            return entry
        }
        let result = entry.result.withLock { result in
            if let known = result { return known }
            let made = Result { () throws(GrammarError) in try compile() }
            result = made
            return made
        }
        return try result.get()
    }
}
