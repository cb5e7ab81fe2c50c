import CMartletKernels
import MartletModelIR

/// Mixture of experts: rows are grouped by expert, every chosen expert multiplies its rows at once, and every row adds
/// up its experts in the order of its choice, so that neither company nor threads change a bit.
extension StepJob {
    /// Chooses the experts of every row; few rows are grouped at once, too.
    func route(_ region: UnsafePointer<ExpertRegion>, _ step: Step, _ worker: Worker) {
        let rows = step.rows(region.pointee.source.domain)
        if rows <= CPUExecutable.fewRows {
            worker.forEachChunk(rows == 0 ? 0 : 1) { _ in
                for row in 0..<rows { choose(region, row, worker) }
                group(region, rows)
            }
        } else {
            forEachRow(rows, per: 8, worker) { choose(region, $0, worker) }
        }
    }

    private func choose(_ region: UnsafePointer<ExpertRegion>, _ row: Int, _ worker: Worker) {
        let scratch = region.pointee.scratch.pointee
        let (count, topK) = (region.pointee.numExperts, region.pointee.routing.topK)
        region.pointee.routing.choose(
            scratch.logits + row * count, count: count, correction: region.pointee.correction,
            scratch: scratch.scores(worker.index), chosen: scratch.chosen + row * topK,
            shares: scratch.shares + row * topK)
    }

    /// Sorts the pairs of many rows by expert.
    func groupRows(_ region: UnsafePointer<ExpertRegion>, _ step: Step, _ worker: Worker) {
        worker.forEachChunk(1) { _ in group(region, step.rows(region.pointee.source.domain)) }
    }

    private func group(_ region: UnsafePointer<ExpertRegion>, _ rows: Int) {
        let scratch = region.pointee.scratch.pointee
        let (numExperts, topK) = (region.pointee.numExperts, region.pointee.routing.topK)
        let (counts, starts) = (scratch.counts, scratch.starts)
        counts.update(repeating: 0, count: numExperts)
        for pair in 0..<rows * topK { counts[Int(scratch.chosen[pair])] += 1 }
        var (next, numActive): (Int32, Int) = (0, 0)
        for expert in 0..<numExperts where counts[expert] > 0 {
            scratch.active[numActive] = Int32(expert)
            starts[numActive] = next
            numActive += 1
            (counts[expert], next) = (next, next + counts[expert])
        }
        starts[numActive] = next
        scratch.numActive.pointee = Int32(numActive)
        for row in 0..<rows {
            for pair in row * topK..<(row + 1) * topK {
                let expert = Int(scratch.chosen[pair])
                let place = counts[expert]
                counts[expert] += 1
                scratch.places[pair] = place
                scratch.rows[Int(place)] = Int32(row)
            }
        }
    }

    /// The first two products of every chosen expert and their gated product.
    func multiplyExpertsIn(_ region: UnsafePointer<ExpertRegion>, _ step: Step, _ worker: Worker) {
        let rows = step.rows(region.pointee.source.domain)
        let pieces = region.pointee.gatePieces
        var prepared = -1
        // As many pieces as there can be: a thread that comes late need not know how many there are.
        worker.forEachChunk(region.pointee.mostActive(rows: rows) * pieces) { chunk in
            guard let share = ExpertShare(region.pointee, chunk / pieces) else { return }
            // The same row for all experts is prepared once.
            let group = rows == 1 ? 0 : share.index
            if prepared != group {
                prepareExpert(region, share, step, worker)
                prepared = group
            }
            let start = chunk % pieces * region.pointee.gateStep
            gate(region, share, start, min(start + region.pointee.gateStep, region.pointee.width), worker)
        }
    }

    /// Reads the rows of one expert together and converts them into the thread's own memory.
    private func prepareExpert(
        _ region: UnsafePointer<ExpertRegion>, _ share: ExpertShare, _ step: Step, _ worker: Worker
    ) {
        let source = region.pointee.source
        let buffer = plan.scratch.rows(worker.index)
        let rows = region.pointee.scratch.pointee.rows + share.first
        prepare(region.pointee.inputs, region, source.width, share.count, worker) { first, end in
            for row in first..<end {
                read(source, Int(rows[row]), step, into: buffer + (row - first) * source.width)
            }
            return UnsafePointer(buffer) - first * source.width
        }
    }

    /// Converts `count` rows, some at a time; `rows` gives the address of row 0 of a matrix that has rows [first, end).
    @inline(__always)
    private func prepare(
        _ inputs: ExpertInputs, _ region: UnsafePointer<ExpertRegion>, _ width: Int, _ count: Int, _ worker: Worker,
        rows: (Int, Int) -> UnsafePointer<Float>
    ) {
        let group = Int(ck_group_width(Int64(inputs.tokenGroup), Int64(count)))
        let step = max(CPUExecutable.preparedRowsPerChunk / group, 1) * group
        let target = region.pointee.scratch.pointee.prepared(worker.index)
        for first in stride(from: 0, to: count, by: step) {
            let end = min(first + step, count)
            let x = rows(first, end)
            for input in inputs.forms {
                linear.prepare(
                    input.activation, x, Int64(width), Int64(count), Int64(width), Int64(first), Int64(end),
                    target + input.ownOffset)
            }
        }
    }

    /// Columns [start, end) of an expert's gated product.
    private func gate(
        _ region: UnsafePointer<ExpertRegion>, _ share: ExpertShare, _ start: Int, _ end: Int, _ worker: Worker
    ) {
        let scratch = region.pointee.scratch.pointee
        let (buffer, width) = (scratch.gate(worker.index), region.pointee.width)
        let inner = scratch.inner + share.first * width
        let step = ExpertShare.gateColumns(rows: share.count, group: region.pointee.gateGroup)
        for first in stride(from: start, to: end, by: step) {
            let columns = min(first + step, end) - first
            multiply(
                region.pointee.gate, share, region.pointee.inputs, scratch.prepared(worker.index), first,
                first + columns, buffer - first, 2 * columns)
            multiply(
                region.pointee.up, share, region.pointee.inputs, scratch.prepared(worker.index), first,
                first + columns, buffer + columns - first, 2 * columns)
            for row in 0..<share.count {
                let pair = buffer + row * 2 * columns
                vector.gate(
                    region.pointee.activation, pair, pair + columns, Int64(columns), inner + row * width + first)
            }
        }
    }

    /// The last product of every chosen expert.
    func multiplyExpertsOut(_ region: UnsafePointer<ExpertRegion>, _ step: Step, _ worker: Worker) {
        let rows = step.rows(region.pointee.source.domain)
        let (pieces, width, hidden) = (region.pointee.downPieces, region.pointee.width, region.pointee.hidden)
        var prepared = -1
        worker.forEachChunk(region.pointee.mostActive(rows: rows) * pieces) { chunk in
            guard let share = ExpertShare(region.pointee, chunk / pieces) else { return }
            let scratch = region.pointee.scratch.pointee
            if prepared != share.index {
                prepare(region.pointee.innerInputs, region, width, share.count, worker) { _, _ in
                    UnsafePointer(scratch.inner + share.first * width)
                }
                prepared = share.index
            }
            let start = chunk % pieces * region.pointee.downStep
            multiply(
                region.pointee.down, share, region.pointee.innerInputs, scratch.prepared(worker.index), start,
                min(start + region.pointee.downStep, hidden), scratch.outputs + share.first * hidden, hidden)
        }
    }

    @inline(__always)
    private func multiply(
        _ weights: UnsafeBufferPointer<LinearWeight>, _ share: ExpertShare, _ inputs: ExpertInputs,
        _ prepared: UnsafeMutableRawPointer, _ start: Int, _ end: Int, _ out: UnsafeMutablePointer<Float>, _ stride: Int
    ) {
        guard let base = weights.baseAddress else { return }
        let weight = base + share.expert
        // The plan is the first member of a weight, which never moves.
        let plan = UnsafeRawPointer(weight).assumingMemoryBound(to: ck_plan.self)
        linear.multiply(
            plan, weight.pointee.data, prepared + inputs.forms[weight.pointee.input].ownOffset, Int64(share.count),
            Int64(start), Int64(end), weight.pointee.bias, out, Int64(stride))
    }

    /// Adds up the experts of every row, best first.
    func combine(_ region: UnsafePointer<ExpertRegion>, _ step: Step, _ worker: Worker) {
        let rows = step.rows(region.pointee.source.domain)
        let hidden = region.pointee.hidden
        let pieces = (hidden + 1023) / 1024
        worker.forEachChunk(rows * pieces) { chunk in
            let row = chunk / pieces
            let first = chunk % pieces * 1024
            combine(region, row, first, min(first + 1024, hidden))
        }
    }

    private func combine(_ region: UnsafePointer<ExpertRegion>, _ row: Int, _ first: Int, _ end: Int) {
        let scratch = region.pointee.scratch.pointee
        let (topK, hidden) = (region.pointee.routing.topK, region.pointee.hidden)
        let (places, shares) = (scratch.places + row * topK, scratch.shares + row * topK)
        let out = region.pointee.out + row * hidden
        let addend = region.pointee.addend.map { $0 + row * hidden }
        typealias Lanes = SIMD16<Float>
        let whole = first + (end - first) / Lanes.scalarCount * Lanes.scalarCount
        for column in stride(from: first, to: whole, by: Lanes.scalarCount) {
            var sum = Lanes()
            for rank in 0..<topK {
                let expert = UnsafeRawPointer(scratch.outputs + Int(places[rank]) * hidden + column)
                sum += shares[rank] * expert.loadUnaligned(as: Lanes.self)
            }
            if let addend { sum += UnsafeRawPointer(addend + column).loadUnaligned(as: Lanes.self) }
            UnsafeMutableRawPointer(out + column).storeBytes(of: sum, as: Lanes.self)
        }
        for column in whole..<end {
            var sum: Float = 0
            for rank in 0..<topK { sum += shares[rank] * scratch.outputs[Int(places[rank]) * hidden + column] }
            out[column] = sum + (addend.map { $0[column] } ?? 0)
        }
    }
}

/// The rows of one chosen expert.
struct ExpertShare {
    /// Among the chosen experts.
    let index: Int
    let expert: Int
    /// Its first pair, and how many it has.
    let first: Int
    let count: Int

    /// Nil when fewer experts were chosen.
    init?(_ region: ExpertRegion, _ index: Int) {
        let scratch = region.scratch.pointee
        guard index < Int(scratch.numActive.pointee) else { return nil }
        self.index = index
        expert = Int(scratch.active[index])
        first = Int(scratch.starts[index])
        count = Int(scratch.starts[index + 1]) - first
    }

    /// Columns whose two halves stay in a core's second-level cache until they are multiplied.
    static func gateColumns(rows: Int, group: Int) -> Int { max(512 * 1024 / (8 * rows) / group * group, group) }
}
