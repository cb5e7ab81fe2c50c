internal import MartletModelIR

/// Some of another source's weights under other names.
final class RenamedWeights: WeightSource {
    let names: [String]
    private let source: any WeightSource
    private let storedNames: [String: String]

    /// The weights of `source` that `renaming` names.
    init(_ source: any WeightSource, _ renaming: [(plain: String, stored: String)]) {
        self.source = source
        names = renaming.map(\.plain)
        storedNames = Dictionary(renaming.map { ($0.plain, $0.stored) }, uniquingKeysWith: { first, _ in first })
    }

    func weight(_ name: String) -> WeightView? { storedNames[name].flatMap(source.weight) }

    func refusal(of name: String) -> String? { storedNames[name].flatMap(source.refusal) }

    func discardPages(of view: WeightView) { source.discardPages(of: view) }
}
