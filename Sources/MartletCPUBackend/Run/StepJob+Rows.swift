import CMartletKernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension StepJob {
    func rows(_ region: RowsRegion, _ step: Step, _ worker: Worker) {
        let width = region.source.width
        forEachRow(step.rows(region.source.domain), per: 8, worker) { row in
            read(region.source, row, step, into: region.out + row * width)
            if let addend = region.addend { vector.add(addend + row * width, Int64(width), region.out + row * width) }
        }
    }

    /// One row of a source, normalised if the source says so.
    func read(_ source: RowSource, _ row: Int, _ step: Step, into out: UnsafeMutablePointer<Float>) {
        if let unfold = source.unfold { return self.unfold(source, unfold.pointee, row, step, into: out) }
        let from = source.base + rowIndex(source, row, step) * source.width
        if let norm = source.norm {
            normalize(from, norm, into: out)
        } else {
            memcpy(out, from, 4 * source.width)
        }
    }

    /// Rows of the row's request around it, column by column; zeros where there are none.
    private func unfold(
        _ source: RowSource, _ unfold: RowUnfold, _ row: Int, _ step: Step, into out: UnsafeMutablePointer<Float>
    ) {
        guard let starts = step.queryStartLoc else { return }
        let start = row * unfold.stride - unfold.padding
        let request = step.request(of: row * unfold.stride / unfold.rowsPerToken)
        let first = Int(starts[request]) * unfold.rowsPerToken
        let end = Int(starts[request + 1]) * unfold.rowsPerToken
        var task = ck_unfold(
            base: source.base, width: Int64(unfold.inputWidth), kernel_size: Int64(unfold.kernelSize),
            row: Int64(start), first: Int64(first), end: Int64(end))
        vector.unfold(&task, out)
    }

    @inline(__always)
    private func rowIndex(_ source: RowSource, _ row: Int, _ step: Step) -> Int {
        guard source.isGathered, let logitRows = step.logitRows else { return row }
        return Int(logitRows[row])
    }

    /// A whole row, group by group; `out` may be `x`.
    func normalize(_ x: UnsafePointer<Float>, _ norm: UnsafePointer<RowNorm>, into out: UnsafeMutablePointer<Float>) {
        let size = norm.pointee.groupSize
        for group in 0..<norm.pointee.width / size {
            normalize(x + group * size, norm, group: group, into: out + group * size)
        }
    }

    /// Group number `group` of a row, which begins at `x`.
    @inline(__always)
    func normalize(
        _ x: UnsafePointer<Float>, _ norm: UnsafePointer<RowNorm>, group: Int, into out: UnsafeMutablePointer<Float>
    ) {
        let norm = norm.pointee
        let factors = norm.factors + group * norm.factorStride
        let biases = norm.biases.map { $0 + group * norm.biasStride }
        if norm.isLayerNorm {
            vector.layer_norm(x, factors, biases, norm.eps, Int64(norm.groupSize), out)
        } else {
            vector.rms_norm(x, factors, norm.eps, Int64(norm.groupSize), out)
            if let biases { vector.add(biases, Int64(norm.groupSize), out) }
        }
    }

    func gated(_ region: UnsafePointer<MapRegion>, _ step: Step, _ worker: Worker) {
        let function = Self.function(region)
        let (map, width) = (region.pointee, region.pointee.width)
        forEachRow(step.rows(map.domain), per: 8, worker) { row in
            vector.gate(
                function, map.first + row * 2 * width, map.second + row * 2 * width, Int64(width),
                map.out + row * width)
        }
    }

    func map(_ region: UnsafePointer<MapRegion>, _ step: Step, _ worker: Worker) {
        let function = Self.function(region)
        let (map, width) = (region.pointee, region.pointee.width)
        forEachRow(step.rows(map.domain), per: 8, worker) { row in
            vector.map(function, map.first + row * width, Int64(width), map.out + row * width)
        }
    }

    /// The function's address; regions never move, and it stands first.
    private static func function(_ region: UnsafePointer<MapRegion>) -> UnsafePointer<ck_function> {
        UnsafeRawPointer(region).assumingMemoryBound(to: ck_function.self)
    }

    func add(_ region: PairRegion, _ step: Step, _ worker: Worker) {
        let width = region.width
        forEachRow(step.rows(region.domain), per: 8, worker) { row in
            memcpy(region.out + row * width, region.first + row * width, 4 * width)
            vector.add(region.second + row * width, Int64(width), region.out + row * width)
        }
    }

    func multiply(_ region: PairRegion, _ step: Step, _ worker: Worker) {
        let width = region.width
        forEachRow(step.rows(region.domain), per: 8, worker) { row in
            let first = region.first + row * width
            if region.secondWidth == width {
                vector.multiply(first, region.second + row * width, Int64(width), region.out + row * width)
            } else {
                var factor = ck_function(kind: CK_SCALE, a: region.second[row], b: 0, c: 0, d: 0)
                vector.map(&factor, first, Int64(width), region.out + row * width)
            }
        }
    }
}
