internal import MartletModelIR

/// The matrices of a layer of experts.
struct ExpertWeights {
    let gate: [WeightRef]
    let up: [WeightRef]
    let down: [WeightRef]

    /// A tensor per matrix: `<scope>.E.gate_proj.weight` and so on.
    static func separate(
        _ scope: WeightScope, _ settings: ExpertSettings, hidden: Int,
        names: (gate: String, up: String, down: String) = ("gate_proj", "up_proj", "down_proj")
    ) -> ExpertWeights {
        func matrices(_ name: String, out: Int, in width: Int) -> [WeightRef] {
            (0..<settings.count).map { scope[$0][name].weight(out: out, in: width) }
        }
        return ExpertWeights(
            gate: matrices(names.gate, out: settings.width, in: hidden),
            up: matrices(names.up, out: settings.width, in: hidden),
            down: matrices(names.down, out: hidden, in: settings.width))
    }

    /// One tensor `[experts, 2 width, hidden]`, the gate's rows first, and one `[experts, hidden, width]`.
    static func stacked(
        gateUp: String, down: String, _ settings: ExpertSettings, hidden: Int
    ) -> ExpertWeights {
        let (count, width) = (settings.count, settings.width)
        let both = (0..<count).map {
            WeightRef(name: gateUp, shape: [2 * width, hidden]).stacked(at: $0, of: count)
        }
        return ExpertWeights(
            gate: both.map { $0.rows(length: width) }, up: both.map { $0.rows(start: width, length: width) },
            down: (0..<count).map { WeightRef(name: down, shape: [hidden, width]).stacked(at: $0, of: count) })
    }
}

extension Recorder {
    /// Every row through its experts.
    mutating func experts(
        _ x: Value, _ weights: ExpertWeights, _ routing: MixtureOfExperts.Routing, router: WeightRef,
        correctionBias: WeightRef? = nil, activation: Activation, _ scope: WeightScope
    ) -> Value {
        let layer = MixtureOfExperts(
            routing: routing, router: router, correctionBias: correctionBias, gate: weights.gate, up: weights.up,
            down: weights.down, activation: activation)
        return emit(.moe(x, layer), name: scope.path)
    }
}
