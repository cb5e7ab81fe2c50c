import Synchronization

/// The lexeme masks of one vocabulary, shared by all its grammars: a string is a string in every schema.
final class LexemeMaskStore: Sendable {
    private struct State {
        var masks: [Fingerprint: LexemeMask] = [:]
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
            if state.bytes + mask.byteCount > maxBytes {
                state.masks.removeAll()
                state.bytes = 0
            }
            if state.masks.updateValue(mask, forKey: fingerprint) == nil { state.bytes += mask.byteCount }
        }
    }
}
