#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ReferenceExecutable {
    /// Every row through its chosen experts.
    func moe(_ x: ReferenceMatrix, _ layer: MixtureOfExperts) -> ReferenceMatrix {
        let logits = linear(x, [layer.router], layer.routerBias.map { [$0] } ?? [])
        let correction = layer.correctionBias.map(floats)
        let activation = reference(layer.activation)
        var result = ReferenceMatrix(width: x.width, elements: [])
        for row in 0..<x.rows {
            var sum = [Double](repeating: 0, count: x.width)
            let input = ReferenceMatrix(width: x.width, elements: Array(x.row(row)))
            for (expert, weight) in layer.routing.choose(logits.row(row).map(Double.init), correction: correction) {
                func bias(_ biases: [WeightRef]) -> [WeightRef?] { biases.isEmpty ? [] : [biases[expert]] }
                let gate = linear(input, [layer.gate[expert]], bias(layer.gateBias))
                let up = linear(input, [layer.up[expert]], bias(layer.upBias))
                let inner = ReferenceMatrix(
                    width: layer.width, elements: zip(gate.elements, up.elements).map { activation(gate: $0, up: $1) })
                let output = linear(inner, [layer.down[expert]], bias(layer.downBias))
                for column in sum.indices { sum[column] += weight * Double(output.elements[column]) }
            }
            result.elements += sum.map(Float.init)
        }
        return result
    }
}

extension MixtureOfExperts.Routing {
    /// The experts of one row with their weights, best first; among equals the lower number.
    func choose(_ logits: [Double], correction: [Float]?) -> [(expert: Int, weight: Double)] {
        let scores: [Double]
        switch scoring {
        case .softmax:
            let exponentials = logits.map { exp($0 - (logits.max() ?? 0)) }
            let total = exponentials.reduce(0, +)
            scores = exponentials.map { $0 / total }
        case .sigmoid: scores = logits.map { 1 / (1 + exp(-$0)) }
        case .softmaxOfChosen: scores = logits
        }
        var ranking = scores
        if let correction { for index in ranking.indices { ranking[index] += Double(correction[index]) } }
        excludeWeakGroups(&ranking)
        let chosen = Array(ranking.indices.sorted { (ranking[$0], $1) > (ranking[$1], $0) }.prefix(topK))
        var weights = chosen.map { scores[$0] }
        if scoring == .softmaxOfChosen {
            let exponentials = weights.map { exp($0 - (weights.max() ?? 0)) }
            let total = exponentials.reduce(0, +)
            weights = exponentials.map { $0 / total }
        }
        if renormalizes {
            let total = max(weights.reduce(Double(renormalizationEps), +), Double(renormalizationMin))
            weights = weights.map { $0 / (total == 0 ? 1 : total) }
        }
        return zip(chosen, weights).map { ($0, $1 * Double(scale)) }
    }

    private func excludeWeakGroups(_ ranking: inout [Double]) {
        guard numGroups > 1 else { return }
        let size = ranking.count / numGroups
        let groupScores = (0..<numGroups).map { group in
            let sorted = ranking[group * size..<(group + 1) * size].sorted(by: >)
            return groupScore == .best ? sorted[0] : sorted.prefix(2).reduce(0, +)
        }
        let best = groupScores.indices.sorted { (groupScores[$0], $1) > (groupScores[$1], $0) }.prefix(topGroups)
        for index in ranking.indices where !best.contains(index / size) { ranking[index] = -.infinity }
    }
}
