import CMartletKernels

/// A token and its logit; better ones have larger logits, or the lower id.
struct Candidate: BitwiseCopyable {
    var value: Float
    var id: Int32

    @inline(__always)
    static func isBetter(_ a: Candidate, _ b: Candidate) -> Bool {
        a.value > b.value || (a.value == b.value && a.id < b.id)
    }
}

/// Finds the tokens that top_k, top_p and min_p keep, without sorting the vocabulary.
final class TokenSelection {
    private let kernels: ck_vector_table
    private let ids: UnsafeMutableBufferPointer<Int32>
    private let candidates: UnsafeMutableBufferPointer<Candidate>

    init(vocabSize: Int, kernels: ck_vector_table) {
        self.kernels = kernels
        ids = .allocate(capacity: max(vocabSize, 1))
        candidates = .allocate(capacity: max(vocabSize, 1))
    }

    deinit {
        ids.deallocate()
        candidates.deallocate()
    }

    /// Ids of the kept tokens, ascending, or nil when all are kept. Valid until the next call.
    ///
    /// First logits below `floor` go, then all but the `topK` largest (0: none go), then all but the smallest set of
    /// the largest whose share of the rest's probability reaches `topP`.
    func select(
        _ logits: UnsafeBufferPointer<Float>, top: Float, scale: Float, floor: Float, topK: Int, topP: Float
    ) -> UnsafeBufferPointer<Int32>? {
        var cut = Candidate(value: floor, id: .max)
        if topK > 0, topK < logits.count {
            let best = largest(logits, topK, floor: floor)
            var count = best.count
            if topP < 1 { count = prefix(of: best, share: topP, top: top, scale: scale) }
            if count > 0 { cut = best[count - 1] }
        } else if topP < 1 {
            cut = nucleus(logits, share: topP, top: top, scale: scale, floor: floor)
        } else if floor == -.infinity {
            return nil
        }
        let found = collect(logits, from: 0, count: logits.count, atLeast: cut.value)
        // Of equal logits at the cut the lower ids stay.
        var kept = 0
        for index in 0..<found where logits[Int(ids[index])] > cut.value || ids[index] <= cut.id {
            ids[kept] = ids[index]
            kept += 1
        }
        return UnsafeBufferPointer(rebasing: ids[..<kept])
    }

    @inline(__always)
    private func collect(_ logits: UnsafeBufferPointer<Float>, from: Int, count: Int, atLeast: Float) -> Int {
        guard let base = logits.baseAddress else { return 0 }
        return Int(kernels.collect(base + from, Int64(count), atLeast, ids.baseAddress, Int64(count)))
    }

    // MARK: The k largest

    /// The `count` best tokens that reach `floor`, best first. Valid until the next call.
    func largest(_ logits: UnsafeBufferPointer<Float>, _ count: Int, floor: Float) -> UnsafeBufferPointer<Candidate> {
        let limit = min(count, candidates.count)
        var filled = 0
        var start = 0
        // Short stretches, so that the bar rises quickly.
        while start < logits.count, limit > 0 {
            let length = min(2048, logits.count - start)
            let bar = filled == limit ? max(floor, candidates[0].value.nextUp) : floor
            let found = collect(logits, from: start, count: length, atLeast: bar)
            for index in 0..<found {
                let id = start + Int(ids[index])
                let candidate = Candidate(value: logits[id], id: Int32(id))
                if filled < limit {
                    candidates[filled] = candidate
                    siftUp(filled)
                    filled += 1
                } else if Candidate.isBetter(candidate, candidates[0]) {
                    candidates[0] = candidate
                    siftDown(filled)
                }
            }
            start += length
        }
        sortHeap(filled)
        return UnsafeBufferPointer(rebasing: candidates[..<filled])
    }

    // The heap keeps the worst candidate at its root.
    private func siftUp(_ from: Int) {
        var child = from
        while child > 0 {
            let parent = (child - 1) / 2
            if !Candidate.isBetter(candidates[parent], candidates[child]) { break }
            candidates.swapAt(parent, child)
            child = parent
        }
    }

    private func siftDown(_ count: Int) {
        var parent = 0
        while true {
            var worst = parent
            for child in 2 * parent + 1...2 * parent + 2
            where child < count && Candidate.isBetter(candidates[worst], candidates[child]) {
                worst = child
            }
            if worst == parent { break }
            candidates.swapAt(parent, worst)
            parent = worst
        }
    }

    private func sortHeap(_ count: Int) {
        var end = count
        while end > 1 {
            end -= 1
            candidates.swapAt(0, end)
            siftDown(end)
        }
    }

    // MARK: The nucleus

    /// How many of the sorted candidates it takes to reach the share of their probability.
    private func prefix(
        of sorted: UnsafeBufferPointer<Candidate>, share: Float, top: Float, scale: Float
    ) -> Int {
        var total = 0.0
        for candidate in sorted { total += weight(candidate.value, top, scale) }
        var sum = 0.0
        for (index, candidate) in sorted.enumerated() {
            sum += weight(candidate.value, top, scale)
            if sum >= Double(share) * total { return index + 1 }
        }
        return sorted.count
    }

    @inline(__always)
    private func weight(_ value: Float, _ top: Float, _ scale: Float) -> Double {
        var weight: Float = 0
        withUnsafePointer(to: value) { kernels.exp_values($0, 1, top, scale, &weight) }
        return Double(weight)
    }

    /// The last token of the nucleus.
    private func nucleus(
        _ logits: UnsafeBufferPointer<Float>, share: Float, top: Float, scale: Float, floor: Float
    ) -> Candidate {
        var total = 0.0
        if floor == -.infinity {
            total = kernels.sum_exp(logits.baseAddress, Int64(logits.count), top, scale)
        } else {
            for index in 0..<collect(logits, from: 0, count: logits.count, atLeast: floor) {
                total += weight(logits[Int(ids[index])], top, scale)
            }
        }
        let target = Double(share) * total
        // Most nuclei lie within a few units of the top; widen until the mass suffices.
        var reach: Float = 3
        while true {
            let isLast = reach > 12
            let bar = max(floor, isLast ? -.infinity : top - reach / scale)
            let found = collect(logits, from: 0, count: logits.count, atLeast: bar)
            var mass = 0.0
            for index in 0..<found {
                let value = logits[Int(ids[index])]
                candidates[index] = Candidate(value: value, id: ids[index])
                mass += weight(value, top, scale)
            }
            if mass >= target || bar == floor || isLast {
                return last(reaching: target, among: found, top: top, scale: scale)
            }
            reach *= 2
        }
    }

    /// Quickselect by weight: the candidate at which the sum over better ones and itself reaches `target`.
    private func last(reaching target: Double, among count: Int, top: Float, scale: Float) -> Candidate {
        var (low, high) = (0, count)
        var before = 0.0
        while high - low > 1 {
            let pivot = median(candidates[low], candidates[(low + high) / 2], candidates[high - 1])
            var middle = low
            var mass = 0.0
            for index in low..<high where !Candidate.isBetter(pivot, candidates[index]) {
                mass += weight(candidates[index].value, top, scale)
                candidates.swapAt(index, middle)
                middle += 1
            }
            // [low, middle) holds the pivot and everything better.
            if before + mass >= target && middle < high {
                high = middle
            } else if before + mass >= target {
                // The pivot is the worst of the range: set it aside to make progress.
                let worst = (low..<high).first { candidates[$0].id == pivot.id } ?? high - 1
                candidates.swapAt(worst, high - 1)
                if before + mass - weight(pivot.value, top, scale) < target { return pivot }
                high -= 1
            } else {
                before += mass
                low = middle
            }
        }
        return count == 0 ? Candidate(value: -.infinity, id: .max) : candidates[min(low, count - 1)]
    }

    private func median(_ a: Candidate, _ b: Candidate, _ c: Candidate) -> Candidate {
        let (low, high) = Candidate.isBetter(a, b) ? (b, a) : (a, b)
        if Candidate.isBetter(c, high) { return high }
        return Candidate.isBetter(c, low) ? c : low
    }
}
