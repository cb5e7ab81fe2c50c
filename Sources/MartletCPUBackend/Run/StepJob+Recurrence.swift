import CMartletKernels
import MartletModelIR

/// Layers with a state. Pieces are channels or heads of one request, whose tokens are worked through in order.
extension StepJob {
    /// Consecutive tokens of one request and its state.
    private struct Turn {
        let first: Int
        let numTokens: Int
        let state: UnsafeMutablePointer<Float>
        let isFresh: Bool
    }

    func shortConv(_ region: ShortConvRegion, _ step: Step, _ worker: Worker) {
        // One request's channels keep all threads busy; many requests need not share theirs.
        let wanted = (4 * worker.count + step.numRequests - 1) / step.numRequests
        let blocks = max(1, min((region.channels + 63) / 64, step.isDecode ? wanted : 4 * worker.count))
        let perBlock = ((region.channels + blocks - 1) / blocks).roundedUp(to: 64)
        worker.forEachChunk(blocks * step.numRequests) { item in
            let first = item / step.numRequests * perBlock
            guard first < region.channels, let turn = turn(item % step.numRequests, region.state, step) else { return }
            let start = turn.first * region.channels
            var task = ck_short_conv(
                width: Int64(region.width), channels: Int64(region.channels), first: Int64(first),
                end: Int64(min(first + perBlock, region.channels)), weight: region.weight, bias: region.bias,
                has_silu: region.hasSilu, state: turn.state, is_fresh: turn.isFresh, num_tokens: Int64(turn.numTokens),
                x: region.input + start, x_stride: Int64(region.channels), out: region.out + start,
                out_stride: Int64(region.channels))
            vector.short_conv(&task)
        }
    }

    func deltaNet(_ region: DeltaNetRegion, _ step: Step, _ worker: Worker) {
        let (keyDim, valueDim, heads) = (region.keyDim, region.valueDim, region.numValueHeads)
        let keyWidth = region.numKeyHeads * keyDim
        let inputWidth = 2 * keyWidth + heads * valueDim
        forEachHead(heads, columns: valueDim, rows: keyDim, region.state, region.out, step, worker) {
            head, turn, state in
            let row = region.input + turn.first * inputWidth
            let key = row + head / (heads / region.numKeyHeads) * keyDim
            let gates = region.gates + turn.first * 2 * heads + head
            var task = ck_delta_net(
                head: state, query: key, key: key + keyWidth, value: row + 2 * keyWidth + head * valueDim,
                input_stride: Int64(inputWidth), beta: gates, decay: gates + heads, gate_stride: Int64(2 * heads),
                negative_a: region.negativeA[head], dt_bias: region.dtBias[head])
            vector.delta_net(&task)
        }
    }

    func mamba2(_ region: Mamba2Region, _ step: Step, _ worker: Worker) {
        let (heads, headDim, stateDim) = (region.numHeads, region.headDim, region.stateDim)
        let inputWidth = heads * headDim + 2 * region.numGroups * stateDim
        forEachHead(heads, columns: headDim, rows: stateDim, region.state, region.out, step, worker) {
            head, turn, state in
            let row = region.input + turn.first * inputWidth
            let b = row + heads * headDim + head / (heads / region.numGroups) * stateDim
            var task = ck_mamba2(
                head: state, x: row + head * headDim, b: b, c: b + region.numGroups * stateDim,
                input_stride: Int64(inputWidth), time_step: region.timeStep + turn.first * heads + head,
                time_step_stride: Int64(heads), negative_a: region.negativeA[head], d: region.d[head],
                dt_bias: region.dtBias[head], min_time_step: region.minTimeStep, max_time_step: region.maxTimeStep)
            vector.mamba2(&task)
        }
    }

    /// Shares the heads of all requests among the threads.
    @inline(__always)
    private func forEachHead(
        _ heads: Int, columns: Int, rows: Int, _ place: StateRef, _ out: UnsafeMutablePointer<Float>, _ step: Step,
        _ worker: Worker, _ body: (_ head: Int, _ turn: Turn, _ state: ck_head_state) -> Void
    ) {
        worker.forEachChunk(heads * step.numRequests) { item in
            // Requests inside, so that every thread has its share of the longest.
            let head = item / step.numRequests
            guard let turn = turn(item % step.numRequests, place, step) else { return }
            body(
                head, turn,
                ck_head_state(
                    rows: Int64(rows), columns: Int64(columns), state: turn.state + head * rows * columns,
                    is_fresh: turn.isFresh, num_tokens: Int64(turn.numTokens),
                    out: out + (turn.first * heads + head) * columns, out_stride: Int64(heads * columns)))
        }
    }

    @inline(__always)
    private func turn(_ request: Int, _ part: StateRef, _ step: Step) -> Turn? {
        guard let starts = step.queryStartLoc, let positions = step.positions,
            let state = step.state(part, request: request)
        else { return nil }
        let first = Int(starts[request])
        return Turn(
            first: first, numTokens: Int(starts[request + 1]) - first, state: state, isFresh: positions[first] == 0)
    }
}
