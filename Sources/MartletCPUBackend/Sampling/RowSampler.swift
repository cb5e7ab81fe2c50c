import CMartletKernels
import MartletModelIR

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Samples one row; its memory serves row after row.
///
/// NaN counts as minus infinity throughout. A row without any finite logit gives token 0.
final class RowSampler {
    private let kernels: ck_vector_table
    private let selection: TokenSelection
    /// Exponentials of kept tokens, or of one block of all tokens.
    private let weights: UnsafeMutableBufferPointer<Float>
    private let blockSums: UnsafeMutableBufferPointer<Double>
    private var savedLogits: [Float] = []
    /// Tokens whose exponentials are summed together before one of them is drawn.
    private static let blockSize = 1024

    init(vocabSize: Int, kernels: ck_vector_table) {
        self.kernels = kernels
        selection = TokenSelection(vocabSize: vocabSize, kernels: kernels)
        weights = .allocate(capacity: max(vocabSize, Self.blockSize))
        // One more for the remainder, one for the block that a cut divides.
        blockSums = .allocate(capacity: vocabSize / Self.blockSize + 2)
        savedLogits.reserveCapacity(256)
    }

    deinit {
        weights.deallocate()
        blockSums.deallocate()
    }

    /// Samples `logits` as `row` says; afterwards they are as before, but for tokens that were excluded.
    func sample(
        _ logits: UnsafeMutableBufferPointer<Float>, _ row: SamplingRow, mask: UnsafePointer<UInt32>? = nil,
        _ result: inout SampledRow
    ) {
        if let probed = row.probedTokenID { result.probeLogprob = logprob(of: probed, UnsafeBufferPointer(logits)) }
        if let mask { logits.exclude(outside: mask) }
        if let first = row.preferredTokensFrom { prefer(tokensFrom: Int(first), logits) }
        if let forced = row.forcedTokenID {
            result.tokenID = forced
        } else {
            apply(row.edits, to: logits)
            result.tokenID = choose(UnsafeBufferPointer(logits), row)
            restore(row.edits, in: logits)
        }
        if let count = row.numLogprobs {
            let limit = row.logprobLimit.map { min(max(Int($0), 0), logits.count) } ?? logits.count
            report(UnsafeBufferPointer(rebasing: logits[..<limit]), count, &result)
        } else if !result.topLogprobs.isEmpty {
            result.topLogprobs.removeAll(keepingCapacity: true)
        }
    }

    // MARK: Excluded tokens

    /// Excludes the tokens before `first` if those from there on together are more probable than any single one before.
    private func prefer(tokensFrom first: Int, _ logits: UnsafeMutableBufferPointer<Float>) {
        guard first > 0, first < logits.count, let base = logits.baseAddress else { return }
        let count = Int64(logits.count - first)
        var best: Int64 = 0
        let top = kernels.max_index(base + first, count, &best)
        let total = top.isFinite ? Double(top) + log(kernels.sum_exp(base + first, count, top, 1)) : Double(top)
        guard total > Double(kernels.max_index(base, Int64(first), &best)) else { return }
        base.update(repeating: -.infinity, count: first)
    }

    // MARK: Edits

    private func apply(_ edits: [LogitEdit], to logits: UnsafeMutableBufferPointer<Float>) {
        savedLogits.removeAll(keepingCapacity: true)
        for edit in edits {
            let index = Int(edit.tokenID)
            guard logits.indices.contains(index) else { continue }
            savedLogits.append(logits[index])
            let biased = logits[index] + edit.bias
            let penalised = biased > 0 ? biased / edit.repetitionPenalty : biased * edit.repetitionPenalty
            logits[index] = penalised - edit.penalty
        }
    }

    private func restore(_ edits: [LogitEdit], in logits: UnsafeMutableBufferPointer<Float>) {
        for edit in edits.reversed() where logits.indices.contains(Int(edit.tokenID)) {
            guard let saved = savedLogits.popLast() else { return }
            logits[Int(edit.tokenID)] = saved
        }
    }

    // MARK: Choice

    private func choose(_ logits: UnsafeBufferPointer<Float>, _ row: SamplingRow) -> Int32 {
        var best: Int64 = 0
        let top = kernels.max_index(logits.baseAddress, Int64(logits.count), &best)
        guard row.temperature > 0, top.isFinite else { return Int32(best) }
        let scale = min(1 / row.temperature, Float.greatestFiniteMagnitude)
        // Uniform in [0, 1) with all the bits a double has.
        let uniform = Double(row.randomBits >> 11) * 0x1p-53
        let floor = row.minP > 0 ? top + row.temperature * log(row.minP) : -Float.infinity
        let kept = selection.select(
            logits, top: top, scale: scale, floor: min(floor, top), topK: Int(row.topK), topP: row.topP)
        switch kept {
        case .all: return draw(logits, reaching: Candidate(value: -.infinity, id: .max), top, scale, uniform)
        case .few(let ids): return draw(logits, ids, top, scale, uniform)
        case .reaching(let cut): return draw(logits, reaching: cut, top, scale, uniform)
        }
    }

    /// Walks the kept tokens by id until the sum of their exponentials passes the uniform share of the total.
    private func draw(
        _ logits: UnsafeBufferPointer<Float>, _ kept: UnsafeBufferPointer<Int32>, _ top: Float, _ scale: Float,
        _ uniform: Double
    ) -> Int32 {
        for (index, id) in kept.enumerated() { weights[index] = logits[Int(id)] }
        kernels.exp_values(weights.baseAddress, Int64(kept.count), top, scale, weights.baseAddress)
        var total = 0.0
        for index in kept.indices { total += Double(weights[index]) }
        let index = walk(kept.count, to: uniform * total)
        return kept.isEmpty ? 0 : kept[index]
    }

    /// The same among `cut` and all better tokens, block by block.
    private func draw(
        _ logits: UnsafeBufferPointer<Float>, reaching cut: Candidate, _ top: Float, _ scale: Float, _ uniform: Double
    ) -> Int32 {
        guard let base = logits.baseAddress else { return 0 }
        // Of equal logits at the cut the lower ids stay: the blocks after its own begin above it.
        let turn = min(Int(cut.id), logits.count - 1) + 1
        var numBlocks = 0
        var total = 0.0
        var start = 0
        while start < logits.count {
            let end = block(from: start, turn, logits.count)
            var bar = start < turn ? cut.value : cut.value.nextUp
            kernels.masses(base + start, Int64(end - start), top, scale, &bar, 1, &blockSums[numBlocks])
            total += blockSums[numBlocks]
            numBlocks += 1
            start = end
        }
        var target = uniform * total
        var chosen = 0
        var chosenBlock = 0
        start = 0
        // The last block with weight ends the walk even when rounding leaves a little of the target.
        for index in 0..<numBlocks {
            if blockSums[index] > 0 {
                (chosen, chosenBlock) = (start, index)
                if target < blockSums[index] { break }
                target -= blockSums[index]
            }
            start = block(from: start, turn, logits.count)
        }
        if blockSums[chosenBlock] == 0 { return 0 }
        let count = block(from: chosen, turn, logits.count) - chosen
        let bar = chosen < turn ? cut.value : cut.value.nextUp
        kernels.exp_values(base + chosen, Int64(count), top, scale, weights.baseAddress)
        for index in 0..<count where !(logits[chosen + index] >= bar) { weights[index] = 0 }
        return Int32(chosen + walk(count, to: target))
    }

    /// Where the block that begins at `start` ends.
    @inline(__always)
    private func block(from start: Int, _ turn: Int, _ count: Int) -> Int {
        let end = min(start + Self.blockSize, count)
        return start < turn ? min(end, turn) : end
    }

    /// The first of `count` weights at which their sum passes `target`, or the last one that is not zero.
    private func walk(_ count: Int, to target: Double) -> Int {
        var sum = 0.0
        var last = 0
        for index in 0..<count where weights[index] > 0 {
            last = index
            sum += Double(weights[index])
            if sum > target { break }
        }
        return last
    }

    // MARK: Log-probabilities

    /// What turns the logits of a row into log-probabilities.
    private struct LogSoftmax {
        let top: Float
        let logTotal: Float

        init(_ logits: UnsafeBufferPointer<Float>, _ kernels: ck_vector_table) {
            var best: Int64 = 0
            top = kernels.max_index(logits.baseAddress, Int64(logits.count), &best)
            let total = top.isFinite ? kernels.sum_exp(logits.baseAddress, Int64(logits.count), top, 1) : 1
            logTotal = Float(log(total))
        }

        func callAsFunction(_ value: Float) -> Float {
            // Among infinite logits only those at the top have any probability.
            guard top.isFinite else { return value == top && top > 0 ? 0 : -.infinity }
            return value.isNaN ? -.infinity : value - top - logTotal
        }
    }

    private func logprob(of tokenID: Int32, _ logits: UnsafeBufferPointer<Float>) -> Float {
        let value = logits.indices.contains(Int(tokenID)) ? logits[Int(tokenID)] : -.infinity
        return LogSoftmax(logits, kernels)(value)
    }

    private func report(_ logits: UnsafeBufferPointer<Float>, _ count: Int, _ result: inout SampledRow) {
        let logprob = LogSoftmax(logits, kernels)
        let chosen = Int(result.tokenID)
        let value = logits.indices.contains(chosen) ? logits[chosen] : -.infinity
        result.logprob = logprob(value)
        let bound = value.isNaN ? -.infinity : value
        result.rank = Int32(kernels.count_greater(logits.baseAddress, Int64(logits.count), bound)) + 1
        result.topLogprobs.removeAll(keepingCapacity: true)
        guard count > 0 else { return }
        let largest = selection.largest(logits, count, top: logprob.top, floor: -.infinity)
        for (rank, candidate) in largest.enumerated() {
            result.topLogprobs.append(
                TokenLogprob(tokenID: candidate.id, logprob: logprob(candidate.value), rank: Int32(rank) + 1))
        }
    }
}
