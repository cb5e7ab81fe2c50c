/// Greedy sampling only, for backends without kernels of their own.
public final class ReferenceSampler: Sampler {
    private let vocabSize: Int

    /// A sampler for rows of `vocabSize` logits.
    public init(vocabSize: Int) { self.vocabSize = vocabSize }

    /// Takes the lowest id among the largest logits after edits; rows with a temperature are not served yet.
    public func sample(_ logits: LogitsView, _ batch: SamplingBatch) {
        batch.results = batch.rows.enumerated().map { index, row in
            precondition(row.temperature == 0, "only greedy rows")
            let logits = logits[index]
            for edit in row.edits {
                let biased = logits[Int(edit.tokenID)] + edit.bias
                let repeated = biased > 0 ? biased / edit.repetitionPenalty : biased * edit.repetitionPenalty
                logits[Int(edit.tokenID)] = repeated - edit.penalty
            }
            var best = 0
            for id in 1..<max(vocabSize, 1) where logits[id] > logits[best] { best = id }
            var result = SampledRow()
            result.tokenID = row.forcedTokenID ?? Int32(best)
            return result
        }
    }
}
