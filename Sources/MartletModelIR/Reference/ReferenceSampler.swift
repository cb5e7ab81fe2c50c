#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The obviously right sampler: sorts the whole vocabulary and sums in double precision.
///
/// Tokens are ordered by logit, then by id. The draw walks the kept tokens by id until their summed probability
/// passes the uniform number. NaN counts as minus infinity; a row without any finite logit gives token 0.
public final class ReferenceSampler: Sampler {
    /// A sampler without state.
    public init() {}

    /// Samples every row as `batch.rows` says.
    public func sample(_ logits: LogitsView, _ batch: SamplingBatch) {
        batch.masks?.wait()
        batch.results = batch.rows.enumerated().map { index, row in
            let mask = batch.masks?.words(ofRow: index)
            let raw = logits[index].map { $0.isNaN ? -.infinity : $0 }
            let allowed = raw.enumerated().map { id, logit in
                let isAllowed = mask.map { $0[id / 32] >> UInt32(id % 32) & 1 == 1 } ?? true
                return isAllowed ? logit : -.infinity
            }
            var result = sample(preferring(row.preferredTokensFrom, allowed), row)
            if let probed = row.probedTokenID { result.probeLogprob = logSoftmax(raw)[Int(probed)] }
            return result
        }
    }

    /// Without the tokens before `first` if those from there on together are more probable than any single one before.
    private func preferring(_ first: Int32?, _ logits: [Float]) -> [Float] {
        guard let first, logits.indices.contains(Int(first)) else { return logits }
        let before = logits[..<Int(first)]
        let preferred = logits[Int(first)...]
        let top = Double(preferred.max() ?? -.infinity)
        // With an infinite one among them, the difference below is not a number.
        let total = top.isFinite ? top + log(preferred.reduce(0) { $0 + exp(Double($1) - top) }) : top
        guard total > Double(before.max() ?? -.infinity) else { return logits }
        return before.map { _ in -.infinity } + preferred
    }

    private func sample(_ raw: [Float], _ row: SamplingRow) -> SampledRow {
        var result = SampledRow()
        result.tokenID = row.forcedTokenID ?? choose(edited(raw, row.edits), row)
        guard let count = row.numLogprobs else { return result }
        let limited = Array(raw.prefix(row.logprobLimit.map { Int($0) } ?? raw.count))
        let logprobs = logSoftmax(limited)
        let chosen = Int(result.tokenID)
        let value = limited.indices.contains(chosen) ? limited[chosen] : -.infinity
        result.logprob = limited.indices.contains(chosen) ? logprobs[chosen] : -.infinity
        result.rank = Int32(limited.count { $0 > value }) + 1
        for (rank, id) in sortedIDs(limited).prefix(count).enumerated() {
            result.topLogprobs.append(
                TokenLogprob(tokenID: Int32(id), logprob: logprobs[id], rank: Int32(rank) + 1))
        }
        return result
    }

    private func edited(_ raw: [Float], _ edits: [LogitEdit]) -> [Float] {
        var logits = raw
        for edit in edits where logits.indices.contains(Int(edit.tokenID)) {
            let biased = logits[Int(edit.tokenID)] + edit.bias
            let penalised = biased > 0 ? biased / edit.repetitionPenalty : biased * edit.repetitionPenalty
            let value = penalised - edit.penalty
            logits[Int(edit.tokenID)] = value.isNaN ? -.infinity : value
        }
        return logits
    }

    private func choose(_ logits: [Float], _ row: SamplingRow) -> Int32 {
        var kept = sortedIDs(logits)
        guard let best = kept.first else { return 0 }
        let top = logits[best]
        guard row.temperature > 0, top.isFinite else { return Int32(best) }
        // Relative to the most probable token.
        let weights = logits.map { exp((Double($0) - Double(top)) / Double(row.temperature)) }
        if row.minP > 0 {
            let floor = min(top, top + row.temperature * log(row.minP))
            kept = kept.filter { logits[$0] >= floor }
        }
        if row.topK > 0 { kept = Array(kept.prefix(Int(row.topK))) }
        if row.topP < 1 {
            let target = Double(row.topP) * kept.reduce(0) { $0 + weights[$1] }
            var sum = 0.0
            var count = 0
            repeat {
                sum += weights[kept[count]]
                count += 1
            } while sum < target && count < kept.count
            kept = Array(kept.prefix(count))
        }
        let uniform = Double(row.randomBits >> 11) * 0x1p-53
        let target = uniform * kept.reduce(0) { $0 + weights[$1] }
        var sum = 0.0
        for id in kept.sorted() where weights[id] > 0 {
            sum += weights[id]
            if sum > target { return Int32(id) }
        }
        return Int32(best)
    }

    private func sortedIDs(_ logits: [Float]) -> [Int] {
        logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    }

    private func logSoftmax(_ logits: [Float]) -> [Float] {
        let top = logits.max() ?? 0
        guard top.isFinite else { return logits.map { $0 == top && top > 0 ? 0 : -.infinity } }
        let total = logits.reduce(0.0) { $0 + exp(Double($1) - Double(top)) }
        return logits.map { Float(Double($0) - Double(top) - log(total)) }
    }
}
