import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Every op that works on rows alone, fused and by itself, against the reference backend on odd sizes.
struct OpTwinTests {
    static let functions: [Activation] = [
        .silu, .gelu, .geluTanh, .quickGelu, .relu, .relu2, .sigmoid, .tanh, .softplus, .clamp(limit: 0.7),
        .xielu(
            alphaP: WeightRef(name: "alpha_p", shape: [1]), alphaN: WeightRef(name: "alpha_n", shape: [1]), beta: 0.5,
            eps: -1e-6),
    ]

    @Test("Activations, after a product and by themselves", arguments: functions)
    func activations(_ activation: Activation) throws {
        var maker = ProgramMaker()
        let x = maker.emit(.scale(maker.embed(37), 4))
        let product = maker.linear(x, [45], from: 37, bias: true)
        let fused = maker.emit(.activation(product, activation))
        let alone = maker.linear(maker.emit(.activation(x, activation)), [29], from: 37)
        let sum = maker.emit(.add(maker.linear(fused, [29], from: 45), alone))
        try OpTwin().compare(maker.finish(sum))
    }

    @Test(
        "Gated activations, after a product and by themselves",
        arguments: functions + [
            .clampedSwiGLU(alpha: 1.702, limit: 1.1)
        ])
    func gatedActivations(_ activation: Activation) throws {
        var maker = ProgramMaker()
        let x = maker.emit(.scale(maker.embed(38), 3))
        let fused = maker.emit(.gatedActivation(maker.linear(x, [45, 45], from: 38, bias: true), activation))
        let alone = maker.emit(.gatedActivation(x, activation))
        let sum = maker.emit(.add(maker.linear(fused, [29], from: 45), maker.linear(alone, [29], from: 19)))
        try OpTwin().compare(maker.finish(sum))
    }

    @Test("Factors, caps, sums and products wherever they stand")
    func arithmetic() throws {
        var maker = ProgramMaker()
        let table = maker.embed(50)
        let x = maker.emit(.scale(table, 5))
        let residual = maker.emit(.add(x, maker.emit(.scale(maker.linear(x, [50], from: 50), 0.3))))
        let factor = maker.linear(residual, [1], from: 50)
        let gate = maker.emit(.activation(factor, .sigmoid))
        let weighted = maker.emit(.multiply(maker.emit(.multiply(residual, gate)), x))
        let capped = maker.emit(.softcap(weighted, 2.5))
        let twice = maker.emit(.scale(maker.emit(.add(capped, residual)), -1.5))
        let logits = maker.emit(.softcap(maker.emit(.scale(maker.linear(twice, [67], from: 50), 3)), 1.5))
        try OpTwin().compare(maker.finish(logits))
    }

    @Test("Tables are looked up by position and by token type")
    func embeddings() throws {
        var maker = ProgramMaker()
        let tokens = maker.embed(35)
        let positions = maker.emit(
            .embed(WeightRef(name: "positions", shape: [73, 35]), .position(offset: 2)))
        let types = maker.emit(.embed(WeightRef(name: "types", shape: [2, 35]), .tokenType))
        let sum = maker.emit(.add(maker.emit(.add(tokens, types)), maker.emit(.scale(positions, 2))))
        try OpTwin().compare(maker.finish(sum))
    }

    struct NormCase: CustomTestStringConvertible {
        let norm: Norm
        var testDescription: String { norm.description }

        static let all: [NormCase] = {
            func vector(_ name: String, _ count: Int) -> WeightRef { WeightRef(name: name + ".weight", shape: [count]) }
            var norms: [Norm] = []
            for kind in [Norm.Kind.rms, .layer] {
                for (group, parts) in [(60, [60]), (60, []), (60, [13, 47]), (12, [12]), (12, [60]), (12, [36, 24])] {
                    for hasBias in [false, true] {
                        let weights = parts.enumerated().map { vector("n\($0)", $1) }
                        let biases =
                            hasBias ? [60, 12].prefix(group == 60 ? 1 : 2).suffix(1).map { vector("b", $0) } : []
                        norms.append(
                            Norm(
                                kind, groupSize: group, weights: weights, biases: biases,
                                weightOffset: hasBias ? 1 : 0, eps: 1e-5))
                    }
                }
            }
            return norms.map { NormCase(norm: $0) }
        }()
    }

    @Test("Norms of every form, before a product and by themselves", arguments: NormCase.all)
    func norms(_ test: NormCase) throws {
        var maker = ProgramMaker()
        let x = maker.embed(60)
        let fused = maker.linear(maker.emit(.norm(x, test.norm)), [60], from: 60)
        let alone = maker.emit(.norm(maker.emit(.add(x, fused)), test.norm))
        try OpTwin().compare(maker.finish(maker.emit(.add(alone, fused))))
    }
}
