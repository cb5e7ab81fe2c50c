import CMartletKernels
import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension StepJob {
    /// Looks rows of tables up and works out cosines and sines.
    func begin(_ region: BeginRegion, _ step: Step, _ worker: Worker) {
        forEachRow(step.numTokens, per: 8, worker) { token in
            for embedding in region.embeddings { embed(embedding, token, step) }
            for features in region.features { copy(features, token, step) }
            for rotary in region.rotaries { fill(rotary, token, step) }
        }
    }

    private func embed(_ embedding: Embedding, _ token: Int, _ step: Step) {
        guard let tokenIDs = step.tokenIDs, let positions = step.positions, let types = step.tokenTypes else { return }
        let row =
            switch embedding.index {
            case .tokenID: Int(tokenIDs[token])
            case .position(let offset): Int(positions[token]) + offset
            case .tokenType: Int(types[token])
            }
        let out = embedding.out + token * embedding.width
        linear.dequantize(embedding.format, embedding.table + row * embedding.rowBytes, Int64(embedding.width), out)
        embedding.scales?.scale(UnsafeMutableBufferPointer(start: out, count: embedding.width), row: row)
        if let function = embedding.function { vector.map(function, out, Int64(embedding.width), out) }
    }

    private func copy(_ features: Features, _ token: Int, _ step: Step) {
        guard let source = step.features else { return }
        let count = features.rowsPerToken * features.width
        memcpy(features.out + token * count, source + token * count, 4 * count)
    }

    private func fill(_ rotary: RotaryTable, _ token: Int, _ step: Step) {
        guard let positions = step.positions, var frequencies = rotary.frequencies.baseAddress else { return }
        var factor = rotary.factor
        if let long = rotary.longFrequencies, let uses = step.usesLongRotary, uses[step.request(of: token)] != 0 {
            (frequencies, factor) = (long, rotary.longFactor)
        }
        let pairs = rotary.frequencies.count
        let position = Int(positions[token])
        for pair in 0..<pairs {
            // A float product, as models were trained with; of that the exact cosine.
            let angle = Double(Float(position) * frequencies[pair])
            rotary.cosines[token * pairs + pair] = Float(cos(angle)) * factor
            rotary.sines[token * pairs + pair] = Float(sin(angle)) * factor
        }
        rotary.growths?[token] = 1 + rotary.growth * Float(log(Double(1 + position / rotary.growthPositions)))
    }
}
