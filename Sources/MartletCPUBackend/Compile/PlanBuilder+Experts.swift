import CMartletKernels
import MartletModelIR

extension PlanBuilder {
    /// Plans the matrices of a layer of experts; the router's product is exact whatever the options say.
    func planExperts(_ experts: MixtureOfExperts) throws(BackendError) {
        try weights.plan(experts.router, float32: true)
        for part in [experts.gate, experts.up, experts.down] {
            for ref in part {
                try weights.plan(ref, float32: options.float32Arithmetic, halfPrecision: options.halfPrecision)
            }
        }
    }

    /// The memory of all layers of experts, or nil when there are none; call it when the weights are packed.
    mutating func makeExpertScratch() throws(BackendError) -> UnsafePointer<ExpertScratch>? {
        var need = ExpertMemory(numThreads: numThreads)
        for region in lowering.regions {
            guard case .experts(let source, let experts, _, let out) = region else { continue }
            let rows = maxRows(lowering.domains[out])
            let bytes = max(
                try expertInputs(experts.gate + experts.up, maxRows: rows).bytes,
                try expertInputs(experts.down, maxRows: rows).bytes)
            let hidden = width(source.value)
            need.add(experts, hidden: hidden, rows: rows, preparedBytes: bytes)
            need.gateBytes = max(need.gateBytes, 8 * rows * (try gateGroup(experts)))
            let router = try matrix(experts.router).plan
            let prepared = kernels.linear.prepared_bytes(router.activation, Int64(rows), router.k)
            need.routerBytes = max(need.routerBytes, prepared)
        }
        guard need.rows > 0 else { return nil }
        let memory = try MappedMemory(count: need.totalBytes, purpose: "the experts' rows")
        storage.keep(memory)
        routerInput = memory.base
        return storage.place(need.scratch(at: memory.base))
    }

    /// Writes a layer of experts down: the router's product, the choice, the experts, their sum.
    mutating func makeExperts(
        _ region: LoweredRegion, _ lowered: LoweredSource, _ experts: MixtureOfExperts, _ addend: Int?,
        _ out: Int
    ) throws(BackendError) {
        guard let expertScratch else { return }
        let source = try rowSource(lowered, lowering.domains[out])
        let router = try routerRegion(source, experts, expertScratch)
        append(.prepare(router), label("prepare router", region))
        append(.linear(router), label("router", region))
        let layer = try expertRegion(
            source, experts, addend: addend.map { UnsafePointer(pointer($0)) }, expertScratch,
            out: pointer(out))
        append(.route(layer), label("route", region))
        append(.groupRows(layer), label("group rows", region))
        append(.expertsIn(layer), label("experts gate, up", region))
        append(.expertsOut(layer), label("experts down", region))
        append(.combineExperts(layer), label("combine experts", region))
    }

    private mutating func expertRegion(
        _ source: RowSource, _ experts: MixtureOfExperts, addend: UnsafePointer<Float>?,
        _ scratch: UnsafePointer<ExpertScratch>, out: UnsafeMutablePointer<Float>
    ) throws(BackendError) -> UnsafePointer<ExpertRegion> {
        let rows = maxRows(source.domain)
        let inputs = try expertInputs(experts.gate + experts.up, maxRows: rows)
        let innerInputs = try expertInputs(experts.down, maxRows: rows)
        var correction: UnsafePointer<Float>?
        if let ref = experts.correctionBias { correction = try vector(ref) }
        self.scratch.rowsBytes = max(
            self.scratch.rowsBytes,
            4 * source.width * max(CPUExecutable.preparedRowsPerChunk, inputs.tokenGroup))
        let group = try gateGroup(experts)
        var downGroup = 1
        for ref in experts.down { downGroup = leastCommonMultiple(downGroup, Int(try matrix(ref).plan.row_group)) }
        let gate = try expertWeights(experts.gate, experts.gateBias, inputs)
        let down = try expertWeights(experts.down, experts.downBias, innerInputs)
        return storage.place(
            ExpertRegion(
                source: source, routing: experts.routing, correction: correction, numExperts: experts.numExperts,
                width: experts.width, gate: storage.place(gate),
                up: storage.place(try expertWeights(experts.up, experts.upBias, inputs)), down: storage.place(down),
                inputs: ExpertInputs(forms: storage.place(inputs.forms), tokenGroup: inputs.tokenGroup),
                innerInputs: ExpertInputs(forms: storage.place(innerInputs.forms), tokenGroup: innerInputs.tokenGroup),
                gateStep: pieceStep(experts.width, 2 * bytesPerRow(gate[0]), group, topK: experts.routing.topK),
                downStep: pieceStep(source.width, bytesPerRow(down[0]), downGroup, topK: experts.routing.topK),
                gateGroup: group, activation: storage.place(try function(.activation(experts.activation))),
                addend: addend, out: out, scratch: scratch))
    }

    /// Columns of a piece: some for every thread even if one row chooses, few enough to even out, enough to stream.
    private func pieceStep(_ columns: Int, _ rowBytes: Int, _ group: Int, topK: Int) -> Int {
        let pieces = (8 * numThreads + topK - 1) / topK
        let share = (columns + pieces - 1) / pieces
        return min(max(share, 32 * 1024 / rowBytes), max(1, 1024 * 1024 / rowBytes)).roundedUp(to: group)
    }

    private func gateGroup(_ experts: MixtureOfExperts) throws(BackendError) -> Int {
        var group = 1
        for ref in experts.gate + experts.up { group = leastCommonMultiple(group, Int(try matrix(ref).plan.row_group)) }
        return group
    }

    /// The forms in which these weights want their rows, and where in a thread's memory each lies.
    private func expertInputs(
        _ refs: [WeightRef], maxRows: Int
    ) throws(BackendError) -> (forms: [PreparedInput], tokenGroup: Int, bytes: Int) {
        var forms: [PreparedInput] = []
        var (bytes, tokenGroup) = (0, 1)
        for ref in refs {
            let plan = try matrix(ref).plan
            tokenGroup = leastCommonMultiple(tokenGroup, Int(plan.token_group))
            if forms.contains(where: { $0.activation == plan.activation }) { continue }
            forms.append(PreparedInput(activation: plan.activation, shared: scratch.base, ownOffset: bytes))
            bytes += kernels.linear.prepared_bytes(plan.activation, Int64(maxRows), plan.k).roundedUp(to: 64)
        }
        return (forms, tokenGroup, bytes)
    }

    private func expertWeights(
        _ refs: [WeightRef], _ biases: [WeightRef], _ inputs: (forms: [PreparedInput], tokenGroup: Int, bytes: Int)
    ) throws(BackendError) -> [LinearWeight] {
        var linears: [LinearWeight] = []
        for (index, ref) in refs.enumerated() {
            let matrix = try matrix(ref)
            var bias: UnsafePointer<Float>?
            if !biases.isEmpty { bias = try vector(biases[index]) }
            linears.append(
                LinearWeight(
                    plan: matrix.plan, data: matrix.data, bias: bias, column: 0,
                    input: inputs.forms.firstIndex { $0.activation == matrix.plan.activation } ?? 0))
        }
        return linears
    }

    /// The router's product, into the experts' own memory.
    private mutating func routerRegion(
        _ source: RowSource, _ experts: MixtureOfExperts, _ scratch: UnsafePointer<ExpertScratch>
    ) throws(BackendError) -> UnsafePointer<LinearRegion> {
        let matrix = try matrix(experts.router)
        var bias: UnsafePointer<Float>?
        if let ref = experts.routerBias { bias = try vector(ref) }
        let weight = LinearWeight(plan: matrix.plan, data: matrix.data, bias: bias, column: 0, input: 0)
        let input = PreparedInput(activation: matrix.plan.activation, shared: routerInput, ownOffset: 0)
        let own = kernels.linear.prepared_bytes(
            input.activation, Int64(WorkerScratch.maxOwnRows), Int64(source.width))
        self.scratch.preparedBytes = max(self.scratch.preparedBytes, own.roundedUp(to: 64))
        let tokenGroup = Int(matrix.plan.token_group)
        self.scratch.rowsBytes = max(
            self.scratch.rowsBytes, 4 * source.width * max(CPUExecutable.preparedRowsPerChunk, tokenGroup))
        let chunks = makeChunks([weight], isGated: false, maxRows: maxRows(source.domain))
        return storage.place(
            LinearRegion(
                source: source, weights: storage.place([weight]), inputs: storage.place([input]),
                tokenGroup: tokenGroup, fineChunks: storage.place(chunks.fine),
                coarseChunks: storage.place(chunks.coarse), gate: nil, functions: storage.place([ck_function]()),
                addend: nil, out: scratch.pointee.logits, outWidth: experts.numExperts,
                parts: RowParts(
                    weightBytes: Int(matrix.plan.n) * bytesPerRow(weight),
                    rowBytes: kernels.linear.prepared_bytes(input.activation, 1, Int64(source.width)),
                    numChunks: chunks.coarse.count, numForms: 1, tokenGroup: tokenGroup)))
    }
}

/// Adds up what the layers of experts need, each for itself, and divides the memory.
private struct ExpertMemory {
    let numThreads: Int
    var rows = 0
    var routerBytes = 0
    var gateBytes = 512 * 1024
    private var logits = 0
    private var pairs = 0
    private var experts = 0
    private var inner = 0
    private var outputs = 0
    private var preparedBytes = 0

    init(numThreads: Int) { self.numThreads = numThreads }

    mutating func add(_ layer: MixtureOfExperts, hidden: Int, rows: Int, preparedBytes: Int) {
        let pairs = rows * layer.routing.topK
        self.rows = max(self.rows, rows)
        self.pairs = max(self.pairs, pairs)
        self.preparedBytes = max(self.preparedBytes, preparedBytes)
        experts = max(experts, layer.numExperts)
        logits = max(logits, rows * layer.numExperts)
        inner = max(inner, pairs * layer.width)
        outputs = max(outputs, pairs * hidden)
    }

    /// In the order of `scratch(at:)`.
    private var parts: [Int] {
        [
            routerBytes, 4 * logits, 4 * pairs, 4 * pairs, 4 * pairs, 4 * pairs, 4 * experts, 4 * experts,
            4 * experts + 4, 4,
            4 * inner, 4 * outputs,
        ]
    }
    private var scoresBytes: Int { 3 * 8 * experts }
    private var bytesPerWorker: Int {
        (preparedBytes.roundedUp(to: 64) + gateBytes.roundedUp(to: 64) + scoresBytes).roundedUp(to: 4096) + 4096
    }
    private var offsets: [Int] {
        parts.reduce(into: [0]) { $0.append(($0[$0.count - 1] + $1).roundedUp(to: 64)) }
    }

    var totalBytes: Int { offsets[parts.count].roundedUp(to: 4096) + numThreads * bytesPerWorker }

    func scratch(at base: UnsafeMutableRawPointer) -> ExpertScratch {
        let offsets = offsets
        func floats(_ part: Int) -> UnsafeMutablePointer<Float> {
            (base + offsets[part]).bindMemory(to: Float.self, capacity: max(parts[part] / 4, 1))
        }
        func integers(_ part: Int) -> UnsafeMutablePointer<Int32> {
            (base + offsets[part]).bindMemory(to: Int32.self, capacity: max(parts[part] / 4, 1))
        }
        return ExpertScratch(
            logits: floats(1), chosen: integers(2), shares: floats(3), places: integers(4), rows: integers(5),
            counts: integers(6), active: integers(7), starts: integers(8), numActive: integers(9), inner: floats(10),
            outputs: floats(11), workers: base + offsets[parts.count].roundedUp(to: 4096),
            bytesPerWorker: bytesPerWorker, gateOffset: preparedBytes.roundedUp(to: 64),
            scoresOffset: preparedBytes.roundedUp(to: 64) + gateBytes.roundedUp(to: 64))
    }
}
