import CMartletKernels

extension StepJob {
    /// Converts many rows into the shared buffers, each thread some rows.
    func prepare(_ region: UnsafePointer<LinearRegion>, _ step: Step, _ worker: Worker) {
        let source = region.pointee.source
        let rows = step.rows(source.domain)
        let group = Int(ck_group_width(Int64(region.pointee.tokenGroup), Int64(rows)))
        // Whole groups, about four pieces a thread, as many rows as the thread's memory holds.
        let most = max(CPUExecutable.preparedRowsPerChunk / group, 1) * group
        let perChunk = min(most, (rows / (4 * worker.count) + 1).roundedUp(to: group))
        worker.forEachChunk((rows + perChunk - 1) / perChunk) { chunk in
            let first = chunk * perChunk
            let end = min(rows, first + perChunk)
            let x = readRows(source, first, end, step, worker)
            for input in region.pointee.inputs {
                linear.prepare(
                    input.activation, x, Int64(source.width), Int64(rows), Int64(source.width), Int64(first),
                    Int64(end), input.shared)
            }
        }
    }

    /// Rows [first, end) as the product wants them; the result points at row 0 of a matrix that contains them.
    private func readRows(
        _ source: RowSource, _ first: Int, _ end: Int, _ step: Step, _ worker: Worker
    ) -> UnsafePointer<Float> {
        if source.norm == nil && !source.isGathered && source.unfold == nil { return source.base }
        let buffer = plan.scratch.rows(worker.index)
        for row in first..<end { read(source, row, step, into: buffer + (row - first) * source.width) }
        return UnsafePointer(buffer) - first * source.width
    }

    /// The product and its epilogue.
    func multiply(_ region: UnsafePointer<LinearRegion>, _ step: Step, _ worker: Worker) {
        let source = region.pointee.source
        let rows = step.rows(source.domain)
        if rows == 0 { return }
        let isOwn = rows <= WorkerScratch.maxOwnRows
        let chunks = rows <= CPUExecutable.fewRows ? region.pointee.fineChunks : region.pointee.coarseChunks
        let perPart = rows <= CPUExecutable.fewRows ? rows : region.pointee.parts.rowsPerPart(of: rows)
        var isPrepared = !isOwn
        // Parts of the rows outside, so that a thread's pieces meet the same rows.
        worker.forEachChunk(rows / perPart * chunks.count) { item in
            // Not before there is work: a thread that comes late may find the input overwritten.
            if !isPrepared {
                prepareOwn(region, rows, step, worker)
                isPrepared = true
            }
            let (part, index) = item.quotientAndRemainder(dividingBy: chunks.count)
            let chunk = chunks[index]
            let range = part * perPart..<(part + 1 == rows / perPart ? rows : (part + 1) * perPart)
            if let gate = region.pointee.gate {
                multiplyGated(region, gate, chunk, range, isOwn, worker)
            } else {
                multiplyPlain(region, chunk, range, isOwn, worker)
            }
            finish(region, chunk, range)
        }
    }

    /// Functions and sums on a piece of the output.
    @inline(__always)
    private func finish(_ region: UnsafePointer<LinearRegion>, _ chunk: LinearChunk, _ rows: Range<Int>) {
        let functions = region.pointee.functions
        let addend = region.pointee.addend
        if functions.isEmpty && addend == nil { return }
        let column = region.pointee.weights[Int(chunk.weight)].column + Int(chunk.start)
        let count = Int64(chunk.end - chunk.start)
        for row in rows {
            let offset = row * region.pointee.outWidth + column
            let out = region.pointee.out + offset
            if let first = functions.baseAddress {
                for index in 0..<functions.count { vector.map(first + index, out, count, out) }
            }
            if let addend { vector.add(addend + offset, count, out) }
        }
    }

    /// Converts the few rows there are into the thread's own memory.
    private func prepareOwn(_ region: UnsafePointer<LinearRegion>, _ rows: Int, _ step: Step, _ worker: Worker) {
        let source = region.pointee.source
        let x = readRows(source, 0, rows, step, worker)
        for input in region.pointee.inputs {
            linear.prepare(
                input.activation, x, Int64(source.width), Int64(rows), Int64(source.width), 0, Int64(rows),
                plan.scratch.prepared(worker.index) + input.ownOffset)
        }
    }

    private func multiplyPlain(
        _ region: UnsafePointer<LinearRegion>, _ chunk: LinearChunk, _ rows: Range<Int>, _ isOwn: Bool,
        _ worker: Worker
    ) {
        let width = region.pointee.outWidth
        multiply(region, Int(chunk.weight), chunk, rows, isOwn, worker) { weight in
            (region.pointee.out + rows.lowerBound * width + weight.column, width)
        }
    }

    /// Both halves into the thread's own memory, then their gated product into the output.
    private func multiplyGated(
        _ region: UnsafePointer<LinearRegion>, _ function: UnsafePointer<ck_function>, _ chunk: LinearChunk,
        _ rows: Range<Int>, _ isOwn: Bool, _ worker: Worker
    ) {
        let columns = Int(chunk.end - chunk.start)
        let buffer = plan.scratch.gate(worker.index)
        for half in 0..<2 {
            multiply(region, half, chunk, rows, isOwn, worker) { _ in
                (buffer + half * columns - Int(chunk.start), 2 * columns)
            }
        }
        for row in rows {
            let gate = buffer + (row - rows.lowerBound) * 2 * columns
            vector.gate(
                function, gate, gate + columns, Int64(columns),
                region.pointee.out + row * region.pointee.outWidth + Int(chunk.start))
        }
    }

    @inline(__always)
    private func multiply(
        _ region: UnsafePointer<LinearRegion>, _ index: Int, _ chunk: LinearChunk, _ rows: Range<Int>, _ isOwn: Bool,
        _ worker: Worker, into place: (LinearWeight) -> (UnsafeMutablePointer<Float>, stride: Int)
    ) {
        guard let weights = region.pointee.weights.baseAddress else { return }
        let weight = weights[index]
        let input = region.pointee.inputs[weight.input]
        let prepared =
            (isOwn ? plan.scratch.prepared(worker.index) + input.ownOffset : input.shared)
            + rows.lowerBound * region.pointee.parts.rowBytes
        let (out, stride) = place(weight)
        // The plan's address: `weights` never moves.
        let planAddress = UnsafeRawPointer(weights + index).assumingMemoryBound(to: ck_plan.self)
        linear.multiply(
            planAddress, weight.data, prepared, Int64(rows.count), Int64(chunk.start), Int64(chunk.end), weight.bias,
            out,
            Int64(stride))
    }
}
