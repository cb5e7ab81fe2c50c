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

    /// One tensor `[experts, 2 width, hidden]`, the gate's rows first, and one `[experts, hidden, width]`; transposed, the
    /// last two dimensions are the other way round.
    static func stacked(
        gateUp: String, down: String, _ settings: ExpertSettings, hidden: Int, isTransposed: Bool = false
    ) -> ExpertWeights {
        let (count, width) = (settings.count, settings.width)
        func matrices(_ name: String, out: Int, in columns: Int) -> [WeightRef] {
            (0..<count).map {
                let matrix = WeightRef(name: name, shape: [out, columns]).stacked(at: $0, of: count)
                return isTransposed ? matrix.transposed : matrix
            }
        }
        let both = matrices(gateUp, out: 2 * width, in: hidden)
        return ExpertWeights(
            gate: both.map { $0.rows(length: width) }, up: both.map { $0.rows(start: width, length: width) },
            down: matrices(down, out: hidden, in: width))
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
