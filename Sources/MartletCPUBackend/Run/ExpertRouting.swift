import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension MixtureOfExperts.Routing {
    /// Chooses the experts of one row, best first, the lower number among equals, in double precision as the reference.
    ///
    /// `scratch` has room for three times as many numbers as there are experts.
    func choose(
        _ logits: UnsafePointer<Float>, count: Int, correction: UnsafePointer<Float>?,
        scratch: UnsafeMutablePointer<Double>, chosen: UnsafeMutablePointer<Int32>, shares: UnsafeMutablePointer<Float>
    ) {
        let scores = scratch
        let ranking = scratch + count
        score(logits, count, into: scores)
        for index in 0..<count {
            let rank = scores[index] + (correction.map { Double($0[index]) } ?? 0)
            ranking[index] = rank.isNaN ? -.infinity : rank
        }
        if numGroups > 1 { excludeWeakGroups(ranking, count, scratch + 2 * count) }
        Self.largest(topK, of: ranking, count, into: chosen)
        weigh(scores, chosen, scratch + count, into: shares)
    }

    private func score(_ logits: UnsafePointer<Float>, _ count: Int, into scores: UnsafeMutablePointer<Double>) {
        switch scoring {
        case .softmaxOfChosen:
            for index in 0..<count { scores[index] = Double(logits[index]) }
        case .sigmoid:
            for index in 0..<count { scores[index] = 1 / (1 + exp(-Double(logits[index]))) }
        case .softmax:
            for index in 0..<count { scores[index] = Double(logits[index]) }
            Self.softmax(scores, count)
        }
    }

    private static func softmax(_ values: UnsafeMutablePointer<Double>, _ count: Int) {
        var largest = -Double.infinity
        for index in 0..<count { largest = max(largest, values[index]) }
        var total = 0.0
        for index in 0..<count {
            values[index] = exp(values[index] - largest)
            total += values[index]
        }
        for index in 0..<count { values[index] /= total }
    }

    /// Indices of the `number` largest values, best first.
    private static func largest(
        _ number: Int, of values: UnsafePointer<Double>, _ count: Int, into indices: UnsafeMutablePointer<Int32>
    ) {
        var found = 0
        for index in 0..<count {
            let value = values[index]
            if found == number, value <= values[Int(indices[number - 1])] { continue }
            var place = found < number ? found : number - 1
            while place > 0, value > values[Int(indices[place - 1])] {
                indices[place] = indices[place - 1]
                place -= 1
            }
            indices[place] = Int32(index)
            if found < number { found += 1 }
        }
    }

    /// Gives experts outside the best groups no chance.
    private func excludeWeakGroups(
        _ ranking: UnsafeMutablePointer<Double>, _ count: Int, _ groupScores: UnsafeMutablePointer<Double>
    ) {
        let size = count / numGroups
        for group in 0..<numGroups {
            var (best, second) = (-Double.infinity, -Double.infinity)
            for index in group * size..<(group + 1) * size {
                if ranking[index] > best {
                    (best, second) = (ranking[index], best)
                } else {
                    second = max(second, ranking[index])
                }
            }
            groupScores[group] = groupScore == .best || size == 1 ? best : best + second
        }
        // A group is out when `topGroups` others come before it.
        for group in 0..<numGroups {
            var before = 0
            for other in 0..<numGroups {
                let isBefore =
                    groupScores[other] > groupScores[group] || other < group && groupScores[other] == groupScores[group]
                if isBefore { before += 1 }
            }
            if before < topGroups { continue }
            for index in group * size..<(group + 1) * size { ranking[index] = -.infinity }
        }
    }

    private func weigh(
        _ scores: UnsafePointer<Double>, _ chosen: UnsafePointer<Int32>, _ weights: UnsafeMutablePointer<Double>,
        into shares: UnsafeMutablePointer<Float>
    ) {
        for rank in 0..<topK { weights[rank] = scores[Int(chosen[rank])] }
        if scoring == .softmaxOfChosen { Self.softmax(weights, topK) }
        var divisor = 1.0
        if renormalizes {
            var total = Double(renormalizationEps)
            for rank in 0..<topK { total += weights[rank] }
            total = max(total, Double(renormalizationMin))
            if total != 0 { divisor = total }
        }
        for rank in 0..<topK { shares[rank] = Float(weights[rank] / divisor * Double(scale)) }
    }
}
