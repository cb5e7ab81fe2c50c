import CMartletKernels
import MartletModelIR

extension PlanBuilder {
    /// Writes down a matrix product: its weights, its prepared inputs, and how its output is shared out.
    mutating func linearRegion(
        _ source: RowSource, _ refs: [WeightRef], _ bias: [WeightRef?], _ epilogue: LoweredEpilogue, out: Int
    ) throws(BackendError) -> UnsafePointer<LinearRegion> {
        guard let region = regionIndex(writing: out) else {
            throw BackendError(backend: CPUBackend.name, message: "\(program.nodes[out].name) is written nowhere")
        }
        var inputs: [PreparedInput] = []
        var linears: [LinearWeight] = []
        var column = 0
        var ownBytes = 0
        var tokenGroup = 1
        for (index, ref) in refs.enumerated() {
            let matrix = try matrix(ref)
            let activation = matrix.plan.activation
            if !inputs.contains(where: { $0.activation == activation }) {
                inputs.append(
                    PreparedInput(
                        activation: activation, shared: preparedPointer(region: region, activation),
                        ownOffset: ownBytes))
                let bytes = kernels.linear.prepared_bytes(
                    activation, Int64(WorkerScratch.maxOwnRows), Int64(source.width))
                ownBytes += bytes.roundedUp(to: 64)
            }
            var biasPointer: UnsafePointer<Float>?
            if index < bias.count, let ref = bias[index] { biasPointer = try vector(ref) }
            tokenGroup = leastCommonMultiple(tokenGroup, Int(matrix.plan.token_group))
            linears.append(
                LinearWeight(
                    plan: matrix.plan, data: matrix.data, bias: biasPointer, column: column,
                    input: inputs.firstIndex { $0.activation == activation } ?? 0))
            column += ref.shape[0]
        }
        scratch.preparedBytes = max(scratch.preparedBytes, ownBytes)
        scratch.rowsBytes = max(
            scratch.rowsBytes, 4 * source.width * max(CPUExecutable.preparedRowsPerChunk, tokenGroup))
        let chunks = makeChunks(linears, isGated: epilogue.gate != nil, maxRows: maxRows(source.domain))
        let gate = try epilogue.gate.map { activation throws(BackendError) in
            storage.place(try function(.activation(activation)))
        }
        var functions: [ck_function] = []
        for function in epilogue.functions { functions.append(try self.function(function)) }
        let parts = RowParts(
            weightBytes: linears.reduce(0) { $0 + Int($1.plan.n) * bytesPerRow($1) },
            rowBytes: inputs.map { kernels.linear.prepared_bytes($0.activation, 1, Int64(source.width)) }.max() ?? 0,
            numChunks: chunks.coarse.count, numForms: inputs.count, tokenGroup: tokenGroup)
        return storage.place(
            LinearRegion(
                source: source, weights: storage.place(linears), inputs: storage.place(inputs),
                tokenGroup: tokenGroup, fineChunks: storage.place(chunks.fine),
                coarseChunks: storage.place(chunks.coarse), gate: gate,
                functions: storage.place(functions),
                addend: epilogue.addend.map { UnsafePointer(pointer($0)) }, out: pointer(out),
                outWidth: width(out), parts: parts))
    }

    /// Cuts the output into pieces of whole row groups that threads take one by one.
    ///
    /// Fine pieces are for few rows, where the weights stream through once: small enough to even out, large enough to
    /// stream. Coarse pieces are for many rows, which are read again for every piece.
    mutating func makeChunks(
        _ weights: [LinearWeight], isGated: Bool, maxRows: Int
    ) -> (fine: [LinearChunk], coarse: [LinearChunk]) {
        var fine: [LinearChunk] = []
        var coarse: [LinearChunk] = []
        // A gated product goes through both weights in step, so one list serves the pair.
        let lead = isGated ? Array(weights.prefix(1)) : weights
        let group = isGated ? weights.map { Int($0.plan.row_group) }.reduce(1, leastCommonMultiple) : nil
        for (index, weight) in lead.enumerated() {
            let rows = Int(weight.plan.n)
            let group = group ?? Int(weight.plan.row_group)
            let share = (rows + numThreads * 8 - 1) / (numThreads * 8)
            let rowBytes = max(1, bytesPerRow(weight) * (isGated ? 2 : 1))
            let fineRows = min(max(share, 32 * 1024 / rowBytes), max(1, 1024 * 1024 / rowBytes)).roundedUp(to: group)
            var coarseRows = max(share, group)
            if isGated {
                // Both halves of all rows should stay in a core's second-level cache until they are multiplied.
                coarseRows = min(coarseRows, 512 * 1024 / (8 * maxRows))
                let fewRows = min(CPUExecutable.fewRows, maxRows)
                coarseRows = max(coarseRows / group * group, group)
                let floats = max(fewRows * 2 * fineRows, maxRows * 2 * coarseRows)
                scratch.gateBytes = max(scratch.gateBytes, (4 * floats).roundedUp(to: 64))
            }
            coarseRows = coarseRows.roundedUp(to: group)
            fine += cut(rows, by: fineRows, weight: index)
            coarse += cut(rows, by: coarseRows, weight: index)
        }
        return (fine, coarse)
    }

    private func cut(_ rows: Int, by step: Int, weight: Int) -> [LinearChunk] {
        stride(from: 0, to: rows, by: step).map { start in
            LinearChunk(weight: Int32(weight), start: Int32(start), end: Int32(min(start + step, rows)))
        }
    }

    func bytesPerRow(_ weight: LinearWeight) -> Int {
        let format = WeightFormat(rawValue: weight.plan.format.rawValue) ?? .f32
        return format.rowBytes(Int(weight.plan.k))
    }
}

func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
}
