import Synchronization

/// The lexeme masks of one vocabulary, shared by all its grammars: a string is a string in every schema.
final class LexemeMaskStore: Sendable {
    private struct State {
        var masks: [Fingerprint: LexemeMask] = [:]
        var counted: [Fingerprint: CountedContent] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())
    private let maxBytes: Int

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// Bytes of all masks kept.
    var byteCount: Int { state.withLock { $0.bytes } }

    /// Number of masks kept.
    var count: Int { state.withLock { $0.masks.count } }

    func find(_ fingerprint: Fingerprint) -> LexemeMask? { state.withLock { $0.masks[fingerprint] } }

    /// Keeps a mask. When the store is full it starts afresh: the masks in use live on in their grammars, and those that
    /// are needed come back.
    func insert(_ mask: LexemeMask, for fingerprint: Fingerprint) {
        state.withLock { state in
            makeRoom(for: mask.byteCount, in: &state)
            if state.masks.updateValue(mask, forKey: fingerprint) == nil { state.bytes += mask.byteCount }
        }
    }

    /// The counted tokens of the string with this fingerprint.
    func findCounted(_ fingerprint: Fingerprint) -> CountedContent? { state.withLock { $0.counted[fingerprint] } }

    /// As `insert` for masks.
    func insert(_ counted: CountedContent, for fingerprint: Fingerprint) {
        state.withLock { state in
            makeRoom(for: counted.byteCount, in: &state)
            if state.counted.updateValue(counted, forKey: fingerprint) == nil { state.bytes += counted.byteCount }
        }
    }

    private func makeRoom(for bytes: Int, in state: inout State) {
        guard state.bytes + bytes > maxBytes else { return }
        state.masks.removeAll()
        state.counted.removeAll()
        state.bytes = 0
    }
}
