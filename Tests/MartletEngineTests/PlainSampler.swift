import Glibc
import MartletModelIR

/// The plain way to sample a row: everything in Double, sorted lists, no reuse.
final class PlainSampler: Sampler {
    func sample(_ logits: LogitsView, _ batch: SamplingBatch) {
        batch.masks?.wait()
        for row in batch.rows.indices {
            var values = Array(logits[row])
            if let words = batch.masks?.words(ofRow: row) {
                for id in values.indices where words[id / 32] >> UInt32(id % 32) & 1 == 0 { values[id] = -.infinity }
            }
            if let from = batch.rows[row].preferredTokensFrom { Self.prefer(from: Int(from), &values) }
            batch.results[row] = Self.sample(values, batch.rows[row])
            if let probed = batch.rows[row].probedTokenID {
                batch.results[row].probeLogprob = Self.logprob(of: Int(probed), Array(logits[row]))
            }
        }
    }

    static func prefer(from: Int, _ logits: inout [Float]) {
        let sum = logits[from...].reduce(0) { $0 + exp(Double($1)) }
        guard sum > exp(Double(logits[..<from].max() ?? -.infinity)) else { return }
        for id in 0..<from { logits[id] = -.infinity }
    }

    static func logprob(of id: Int, _ logits: [Float]) -> Float {
        Float(Double(logits[id]) - log(logits.reduce(0) { $0 + exp(Double($1)) }))
    }

    static func sample(_ logits: [Float], _ row: SamplingRow) -> SampledRow {
        var result = SampledRow()
        result.tokenID = row.forcedTokenID ?? draw(logits, row)
        guard let numLogprobs = row.numLogprobs else { return result }
        let logits = Array(logits.prefix(row.logprobLimit.map { Int($0) } ?? logits.count))
        let largest = Double(logits.max() ?? 0)
        let normalizer = largest + log(logits.reduce(0) { $0 + exp(Double($1) - largest) })
        let order = logits.indices.sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
        func entry(_ id: Int) -> TokenLogprob {
            guard id < logits.count else { return TokenLogprob(tokenID: Int32(id), logprob: -.infinity, rank: 1) }
            let rank = logits.count { $0 > logits[id] } + 1
            return TokenLogprob(
                tokenID: Int32(id), logprob: Float(Double(logits[id]) - normalizer), rank: Int32(rank))
        }
        let chosen = entry(Int(result.tokenID))
        result.logprob = chosen.logprob
        result.rank = chosen.rank
        result.topLogprobs = order.prefix(numLogprobs).map(entry)
        return result
    }

    private static func draw(_ raw: [Float], _ row: SamplingRow) -> Int32 {
        var logits = raw
        for edit in row.edits {
            let id = Int(edit.tokenID)
            logits[id] += edit.bias
            logits[id] = logits[id] > 0 ? logits[id] / edit.repetitionPenalty : logits[id] * edit.repetitionPenalty
            logits[id] -= edit.penalty
        }
        let largest = logits.max() ?? 0
        if row.temperature == 0 { return Int32(logits.firstIndex(of: largest) ?? 0) }
        var weights = logits.map { exp(Double(($0 - largest) / row.temperature)) }
        if row.topK > 0 {
            let threshold = weights.sorted(by: >)[min(Int(row.topK), weights.count) - 1]
            weights = weights.map { $0 < threshold ? 0 : $0 }
        }
        var left = weights.reduce(0, +) * Double(row.randomBits >> 11) / Double(1 << 53)
        for (id, weight) in weights.enumerated() where weight > 0 {
            left -= weight
            if left < 0 { return Int32(id) }
        }
        return Int32(weights.lastIndex { $0 > 0 } ?? 0)
    }
}
