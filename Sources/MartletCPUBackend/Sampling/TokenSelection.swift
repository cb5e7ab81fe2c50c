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
    /// Logits of `ids`.
    private let values: UnsafeMutableBufferPointer<Float>
    private let bars: UnsafeMutableBufferPointer<Float>
    private let masses: UnsafeMutableBufferPointer<Double>

    init(vocabSize: Int, kernels: ck_vector_table) {
        self.kernels = kernels
        ids = .allocate(capacity: max(vocabSize, 1))
        candidates = .allocate(capacity: max(vocabSize, 1))
        values = .allocate(capacity: max(vocabSize, 1))
        bars = .allocate(capacity: Int(CK_MASS_BARS))
        masses = .allocate(capacity: Int(CK_MASS_BARS))
    }

    deinit {
        ids.deallocate()
        candidates.deallocate()
        values.deallocate()
        bars.deallocate()
        masses.deallocate()
    }

    /// The kept tokens.
    enum Kept {
        case all
        /// Ids, ascending; valid until the next call.
        case few(UnsafeBufferPointer<Int32>)
        /// This one and all better ones.
        case reaching(Candidate)
    }

    /// Up to so many ids are listed.
    private static let fewTokens = 4096
    /// Up to so many of the largest are found with a heap, as long as that is quicker than narrowing.
    private static let fewLargest = 64

    /// First logits below `floor` go, then all but the `topK` largest (0: none go), then all but the smallest set of
    /// the largest whose share of the rest's probability reaches `topP`.
    func select(
        _ logits: UnsafeBufferPointer<Float>, top: Float, scale: Float, floor: Float, topK: Int, topP: Float
    ) -> Kept {
        var cut = Candidate(value: floor, id: .max)
        if topK > 0, topK < logits.count {
            if topP == 1, topK > Self.fewLargest {
                cut = worst(logits, topK, top: top, floor: floor) ?? cut
            } else {
                let best = largest(logits, topK, top: top, floor: floor)
                var count = best.count
                if topP < 1 { count = prefix(of: best, share: topP, top: top, scale: scale) }
                if count > 0 { cut = best[count - 1] }
            }
        } else if topP < 1 {
            cut = worst(logits, top: top, scale: scale, reach: 1 / scale, floor: floor) { Double(topP) * $0 } ?? cut
        } else if floor == -.infinity {
            return .all
        }
        let found = collect(logits, from: 0, count: logits.count, atLeast: cut.value, capacity: Self.fewTokens)
        if found == Self.fewTokens { return .reaching(cut) }
        // Of equal logits at the cut the lower ids stay.
        var kept = 0
        for index in 0..<found where logits[Int(ids[index])] > cut.value || ids[index] <= cut.id {
            ids[kept] = ids[index]
            kept += 1
        }
        return .few(UnsafeBufferPointer(rebasing: ids[..<kept]))
    }

    @inline(__always)
    private func collect(
        _ logits: UnsafeBufferPointer<Float>, from: Int, count: Int, atLeast: Float, atMost: Float = .infinity,
        capacity: Int = .max
    ) -> Int {
        guard let base = logits.baseAddress else { return 0 }
        return Int(
            kernels.collect(base + from, Int64(count), atLeast, atMost, ids.baseAddress, Int64(min(count, capacity))))
    }

    // MARK: The k largest

    /// The last of the `count` best tokens, or nil if fewer reach `floor` or are finite.
    private func worst(_ logits: UnsafeBufferPointer<Float>, _ count: Int, top: Float, floor: Float) -> Candidate? {
        worst(logits, top: top, scale: 0, reach: 1, floor: floor) { _ in Double(count) }
    }

    /// The `count` best tokens that reach `floor`, best first; `top` is the largest. Valid until the next call.
    func largest(
        _ logits: UnsafeBufferPointer<Float>, _ count: Int, top: Float, floor: Float
    ) -> UnsafeBufferPointer<Candidate> {
        let limit = min(count, candidates.count)
        var filled = 0
        var start = 0
        var floor = floor
        if limit > Self.fewLargest, top.isFinite, let cut = worst(logits, limit, top: top, floor: floor) {
            floor = cut.value
        }
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

    // MARK: The last of the best

    /// The token at which the sum of weights over better ones and itself reaches `goal` of the whole sum, or nil if it
    /// is never reached. A weight is exp((value - top) * scale); tokens below `floor` and infinite ones have none.
    ///
    /// Sums over all tokens above some bars leave those between two of them; among these it goes on with closer bars.
    private func worst(
        _ logits: UnsafeBufferPointer<Float>, top: Float, scale: Float, reach: Float, floor: Float,
        goal: (_ total: Double) -> Double
    ) -> Candidate? {
        let lowest = max(floor, -Float.greatestFiniteMagnitude)
        // Most of what is asked for lies near the top.
        let near = max(lowest, top - 6 * reach)
        let found = gather(logits, near, top, capacity: Self.fewTokens)
        if found < Self.fewTokens {
            let mass = mass(UnsafeBufferPointer(rebasing: values[..<found]), top, scale, from: near)
            let goal = goal(near == lowest || scale == 0 ? mass : self.mass(logits, top, scale, from: lowest))
            if mass >= goal { return narrow(found, near, top, before: 0, goal: goal, top: top, scale: scale) }
        }
        // In units in which weights usually fall by e.
        for (index, distance) in [1, 2, 3.5, 5.5, 8, 12, 20].enumerated() {
            bars[index] = max(top - Float(distance) * reach, lowest)
        }
        bars[bars.count - 1] = lowest
        sumMasses(logits, top, scale)
        let goal = goal(masses[bars.count - 1])
        guard let bar = masses.firstIndex(where: { $0 >= goal }) else { return nil }
        // Equal bars leave nothing between them.
        let high = bar == 0 ? top : max(bars[bar - 1].nextDown, bars[bar])
        let count = gather(logits, bars[bar], high, capacity: logits.count)
        let before = bar == 0 ? 0 : masses[bar - 1]
        return narrow(count, bars[bar], high, before: before, goal: goal, top: top, scale: scale)
    }

    /// Ids and values of the logits in [low, high]; returns how many.
    private func gather(_ logits: UnsafeBufferPointer<Float>, _ low: Float, _ high: Float, capacity: Int) -> Int {
        let count = collect(logits, from: 0, count: logits.count, atLeast: low, atMost: high, capacity: capacity)
        for index in 0..<count { values[index] = logits[Int(ids[index])] }
        return count
    }

    /// The token that `worst` looks for, among the first of `values`, which lie in [low, high].
    private func narrow(
        _ found: Int, _ low: Float, _ high: Float, before: Double, goal: Double, top: Float, scale: Float
    ) -> Candidate? {
        var (count, high, before) = (found, high, before)
        var low = values[..<count].min() ?? low
        while count > 64, low < high {
            for index in bars.indices { bars[index] = low + (high - low) * Float(bars.count - 1 - index) / 8 }
            bars[bars.count - 1] = low
            sumMasses(UnsafeBufferPointer(rebasing: values[..<count]), top, scale)
            let bar = masses.firstIndex { before + $0 >= goal } ?? bars.count - 1
            let (newLow, newHigh) = (bars[bar], bar == 0 ? high : max(bars[bar - 1].nextDown, bars[bar]))
            if newLow == low && newHigh == high { break }
            if bar > 0 { before += masses[bar - 1] }
            (low, high) = (newLow, newHigh)
            var kept = 0
            for index in 0..<count {
                let (value, id) = (values[index], ids[index])
                values[kept] = value
                ids[kept] = id
                kept += value >= low && value <= high ? 1 : 0
            }
            count = kept
        }
        if low < high { sort(count) }
        return last(reaching: goal - before, among: count, top: top, scale: scale)
    }

    private func mass(_ values: UnsafeBufferPointer<Float>, _ top: Float, _ scale: Float, from bar: Float) -> Double {
        var (bar, mass) = (bar, 0.0)
        kernels.masses(values.baseAddress, Int64(values.count), top, scale, &bar, 1, &mass)
        return mass
    }

    /// Sorts the first of `values`, best first.
    private func sort(_ count: Int) {
        for index in 0..<count {
            candidates[index] = Candidate(value: values[index], id: ids[index])
            siftUp(index)
        }
        sortHeap(count)
        for index in 0..<count { (values[index], ids[index]) = (candidates[index].value, candidates[index].id) }
    }

    private func sumMasses(_ values: UnsafeBufferPointer<Float>, _ top: Float, _ scale: Float) {
        kernels.masses(
            values.baseAddress, Int64(values.count), top, scale, bars.baseAddress, Int64(bars.count),
            masses.baseAddress)
    }

    /// The same among the first of `values`, which are sorted; equal ones are by their ids.
    private func last(reaching goal: Double, among count: Int, top: Float, scale: Float) -> Candidate? {
        var sum = 0.0
        for index in 0..<count {
            sum += weight(values[index], top, scale)
            if sum >= goal || index == count - 1 { return Candidate(value: values[index], id: ids[index]) }
        }
        return nil
    }
}
