/// Weights that a checkpoint may carry under other names than the program's, such as with another prefix.
public final class RenamedWeights: WeightSource {
    private let source: any WeightSource
    private let aliases: @Sendable (String) -> [String]

    /// `aliases` gives the other names of a weight, which are tried in order where its own is not there.
    public init(_ source: any WeightSource, aliases: @escaping @Sendable (String) -> [String]) {
        self.source = source
        self.aliases = aliases
    }

    /// The names as the checkpoint spells them.
    public var names: [String] { source.names }

    /// The weight under the first of its names.
    public func weight(_ name: String) -> WeightView? {
        for name in [name] + aliases(name) { if let view = source.weight(name) { return view } }
        return nil
    }

    /// Parts under the first of its names.
    public func part(_ reference: WeightRef) -> WeightView? {
        for name in [reference.name] + aliases(reference.name) {
            let renamed = WeightRef(name: name, shape: reference.shape, selection: reference.selection)
            if let view = source.part(renamed) { return view }
        }
        return nil
    }

    /// The refusal under the first of its names.
    public func refusal(of name: String) -> String? {
        for name in [name] + aliases(name) { if let refusal = source.refusal(of: name) { return refusal } }
        return nil
    }

    /// Passes it on.
    public func discardPages(of view: WeightView) { source.discardPages(of: view) }
}
