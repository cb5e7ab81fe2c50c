import Synchronization

/// Compiled grammars and failures by content. Those that have not been asked for longest make room for new ones.
final class GrammarCache: Sendable {
    /// One content: its lock is held while it is compiled, so that whoever else asks for it waits for the result.
    private final class Entry: Sendable {
        let result = Mutex<Result<CompiledGrammar, GrammarError>?>(nil)
        /// The grammar, once it is made: to be asked for its size without waiting.
        let made = Mutex<CompiledGrammar?>(nil)

        var byteCount: Int { made.withLock { $0?.byteCount ?? 0 } }
    }

    private struct State {
        var entries: [GrammarCacheKey: (entry: Entry, lastUse: Int)] = [:]
        var uses = 0
    }

    private let state = Mutex(State())
    private let maxEntries: Int
    private let maxBytes: Int

    init(maxEntries: Int = 512, maxBytes: Int = 128 << 20) {
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
    }

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
            makeRoom(in: &state)
            return entry
        }
        let result = entry.result.withLock { result in
            if let known = result { return known }
            let made = Result { () throws(GrammarError) in try compile() }
            result = made
            entry.made.withLock { $0 = try? made.get() }
            return made
        }
        return try result.get()
    }

    /// Drops the contents that have not been asked for longest, until count and bytes are within the bounds; keeps the
    /// one asked for now. Grammars grow while they are used, so what they hold is counted afresh.
    private func makeRoom(in state: inout State) {
        var bytes = state.entries.values.reduce(0) { $0 + $1.entry.byteCount }
        while state.entries.count > 1, state.entries.count > maxEntries || bytes > maxBytes {
            guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
            bytes -= oldest.value.entry.byteCount
            state.entries[oldest.key] = nil
        }
    }
}
