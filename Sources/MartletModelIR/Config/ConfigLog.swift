public import MartletJSON
internal import Synchronization

/// One value a model was made with: what it is, where it came from, and by which rule.
public struct Derivation: Hashable, Sendable {
    /// What was derived, for instance `head_dim` or `rope.full_attention.inv_freq`.
    public var name: String
    /// The value in force.
    public var value: String
    /// The keys it came from, such as `rope_scaling.factor`, or nil for a default.
    public var source: String?
    /// How it follows from the source, such as `hidden_size / num_attention_heads`; nil where it is the source.
    public var rule: String?

    /// A derived value.
    public init(name: String, value: String, source: String?, rule: String? = nil) {
        self.name = name
        self.value = value
        self.source = source
        self.rule = rule
    }
}

/// Remembers what was read from a configuration and what came of it; all copies of the configuration share it.
final class ConfigLog: Sendable {
    private struct State {
        var readKeys: Set<String> = []
        var derivations: [Derivation] = []
    }

    private let state = Mutex(State())

    var readKeys: Set<String> { state.withLock { $0.readKeys } }
    var derivations: [Derivation] { state.withLock { $0.derivations } }

    func read(_ key: String) { state.withLock { _ = $0.readKeys.insert(key) } }

    /// A later derivation of the same name replaces an earlier one in its place.
    func note(_ derivation: Derivation) {
        state.withLock { state in
            if let index = state.derivations.firstIndex(where: { $0.name == derivation.name }) {
                state.derivations[index] = derivation
            } else {
                state.derivations.append(derivation)
            }
        }
    }
}
