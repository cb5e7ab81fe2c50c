import CMartletKernels
import MartletModelIR

/// Makes a plan: lowers the program, loads its weights, places its buffers, and writes the regions down.
struct PlanBuilder {
    let program: Program
    let options: CompileOptions
    let kernels: Kernels
    let numThreads: Int
    let lowering: Lowering
    let storage = PlanStorage()
    let weights: WeightStore
    private var arena = ArenaPlanner()
    /// Arena buffer of each written value, by value id.
    private var buffers: [Int: Int] = [:]
    private var arenaBase: UnsafeMutableRawPointer?
    var scratch: WorkerScratch
    /// What all layers of experts use, if there are any.
    var expertScratch: UnsafePointer<ExpertScratch>?
    /// Where the routers' prepared input lies.
    var routerInput: UnsafeMutableRawPointer
    private var rotaries: [RotaryEmbedding: UnsafePointer<RotaryTable>] = [:]
    private var regions: [Region] = []
    private var labels: [RegionTimer.Label] = []

    /// **Throws** when the program cannot be lowered or the options make no sense.
    init(
        program: Program, weights: any WeightSource, options: CompileOptions, pool: ThreadPool, kernels: Kernels
    ) throws(BackendError) {
        self.program = program
        self.options = options
        self.kernels = kernels
        numThreads = pool.numThreads
        guard options.maxNumBatchedTokens > 0, options.maxNumSeqs > 0, options.maxLogitRows >= 0,
            options.maxModelLen > 0
        else {
            throw BackendError(backend: CPUBackend.name, message: "step sizes must be positive: \(options)")
        }
        lowering = try Lowering(program)
        self.weights = WeightStore(source: weights, kernels: kernels, pool: pool, storage: storage)
        scratch = WorkerScratch(
            base: UnsafeMutableRawPointer(storage.floats(1)), bytesPerWorker: 0, rowsBytes: 0, preparedBytes: 0,
            gateBytes: 0, attentionBytes: 0)
        routerInput = scratch.base
    }

    /// Loads, packs and places everything.
    mutating func build() throws(BackendError) -> Plan {
        try loadMatrices()
        try placeBuffers()
        expertScratch = try makeExpertScratch()
        try makeBegin()
        for region in lowering.regions { try make(region) }
        try makeScratch()
        let output = program.output.id
        return Plan(
            regions: storage.place(regions), output: pointer(output), outputWidth: width(output),
            outputDomain: lowering.domains[output], attentions: attentions, vocabSize: vocabSize,
            queryTile: queryTile, labels: labels, scratch: scratch, storage: storage)
    }

    // MARK: Shapes

    func width(_ value: Int) -> Int { program.nodes[value].width }
    func maxRows(_ domain: RowDomain) -> Int {
        domain == .tokens ? options.maxNumBatchedTokens : max(options.maxLogitRows, 1)
    }

    private var attentions: [AttentionSpec] {
        program.nodes.compactMap { if case .attention(_, let spec) = $0.op { spec } else { nil } }
    }
    private var vocabSize: Int {
        program.nodes.compactMap { if case .embed(let table, .tokenID) = $0.op { table.shape[0] } else { nil } }.min()
            ?? .max
    }
    /// About 64 rows of queries per piece of work: enough to reuse a tile of keys, few enough to stay in the cache.
    private var queryTile: Int {
        max(4, 64 / (attentions.map { $0.numHeads / $0.numKVHeads }.max() ?? 1))
    }

    // MARK: Weights

    private func loadMatrices() throws(BackendError) {
        for region in lowering.regions {
            if case .experts(_, let experts, _, _) = region { try planExperts(experts) }
            guard case .linear(_, let refs, _, _, _) = region else { continue }
            for ref in refs { try weights.plan(ref, float32: options.float32Arithmetic) }
        }
        try weights.pack()
    }

    func vector(_ ref: WeightRef) throws(BackendError) -> UnsafePointer<Float> { try weights.vector(ref) }
    func matrix(_ ref: WeightRef) throws(BackendError) -> LoadedMatrix { try weights.matrix(ref) }

    // MARK: Buffers

    /// Arena buffers of prepared inputs, by region and activation.
    private struct PreparedKey: Hashable {
        let region: Int
        let activation: UInt32
    }
    private var preparedBuffers: [PreparedKey: Int] = [:]

    private mutating func placeBuffers() throws(BackendError) {
        // Region 0 is `begin`, which writes all embeddings.
        for (index, region) in lowering.regions.enumerated() {
            let isEmbed = if case .embed = region { true } else { false }
            let bytes = 4 * width(region.output) * maxRows(lowering.domains[region.output])
            let buffer = arena.add(bytes: bytes, first: isEmbed ? 0 : index + 1)
            buffers[region.output] = buffer
            arena.extend(buffer, to: index + 1)
            for input in region.inputs { if let buffer = buffers[input] { arena.extend(buffer, to: index + 1) } }
            guard case .linear(_, let refs, _, _, _) = region else { continue }
            for ref in refs {
                let plan = try weights.matrix(ref).plan
                let key = PreparedKey(region: index, activation: plan.activation.rawValue)
                if preparedBuffers[key] != nil { continue }
                let rows = maxRows(lowering.domains[region.output])
                let bytes = kernels.linear.prepared_bytes(plan.activation, Int64(rows), plan.k)
                preparedBuffers[key] = arena.add(bytes: bytes, first: index + 1)
            }
        }
        if let output = buffers[program.output.id] { arena.extend(output, to: lowering.regions.count + 1) }
        let memory = try MappedMemory(count: arena.place(), purpose: "activations")
        storage.keep(memory)
        arenaBase = memory.base
    }

    /// Where a written value lies.
    func pointer(_ value: Int) -> UnsafeMutablePointer<Float> {
        guard let arenaBase, let buffer = buffers[value] else {
            preconditionFailure("value \(program.nodes[value].name) is read before it is written")
        }
        return (arenaBase + arena.offset(of: buffer)).assumingMemoryBound(to: Float.self)
    }

    /// Where the shared prepared input of a linear region lies.
    func preparedPointer(region: Int, _ activation: ck_activation) -> UnsafeMutableRawPointer {
        let key = PreparedKey(region: region, activation: activation.rawValue)
        guard let arenaBase, let buffer = preparedBuffers[key] else {
            preconditionFailure("region \(region) has no prepared input")
        }
        return arenaBase + arena.offset(of: buffer)
    }

    private mutating func makeScratch() throws(BackendError) {
        for spec in attentions {
            let rows = queryTile * (spec.numHeads / spec.numKVHeads)
            let bytes = Int(ck_attention_scratch_bytes(Int64(spec.headDim), Int64(rows)))
            scratch.attentionBytes = max(scratch.attentionBytes, bytes.roundedUp(to: 64))
        }
        // A page apart, so that neighbours share nothing.
        scratch.bytesPerWorker =
            (scratch.rowsBytes + scratch.preparedBytes + scratch.gateBytes + scratch.attentionBytes + 4096)
            .roundedUp(to: 4096)
        let memory = try MappedMemory(count: scratch.bytesPerWorker * numThreads, purpose: "the threads' scratch")
        storage.keep(memory)
        scratch.base = memory.base
    }

    // MARK: Regions

    private mutating func makeBegin() throws(BackendError) {
        var embeddings: [Embedding] = []
        for case .embed(let ref, _, let out) in lowering.regions {
            let view = try weights.view(ref)
            guard let bytes = view.bytes.baseAddress else { continue }
            embeddings.append(
                Embedding(
                    table: bytes, format: view.format.kernelFormat, rowBytes: view.format.rowBytes(ref.shape[1]),
                    width: ref.shape[1], vocabSize: ref.shape[0], out: pointer(out)))
        }
        var tables: [RotaryTable] = []
        var order: [RotaryEmbedding] = []
        for node in program.nodes {
            guard case .rotary(_, let rotary, let spec) = node.op, !order.contains(rotary) else { continue }
            guard rotary.rotaryDim <= spec.headDim, rotary.rotaryDim > 0 else {
                throw BackendError(
                    backend: CPUBackend.name,
                    message: "\(node.name): rotates \(rotary.rotaryDim) dimensions of a head of \(spec.headDim)")
            }
            let pairs = rotary.rotaryDim / 2
            order.append(rotary)
            tables.append(
                RotaryTable(
                    frequencies: storage.place(rotary.inverseFrequencies), factor: rotary.attentionFactor,
                    isNeoxStyle: rotary.isNeoxStyle, cosines: storage.floats(pairs * options.maxNumBatchedTokens),
                    sines: storage.floats(pairs * options.maxNumBatchedTokens)))
        }
        let placed = storage.place(tables)
        for (index, rotary) in order.enumerated() {
            if let base = placed.baseAddress { rotaries[rotary] = base + index }
        }
        append(
            .begin(storage.place(BeginRegion(embeddings: storage.place(embeddings), rotaries: placed))),
            .init(name: "embed, rotary tables"))
    }

    private mutating func make(_ region: LoweredRegion) throws(BackendError) {
        let domain = lowering.domains[region.output]
        let out = pointer(region.output)
        switch region {
        case .embed: break
        case .rows(let source, _):
            let source = try rowSource(source, domain)
            append(.rows(storage.place(RowsRegion(source: source, out: out))), label("rows", region))
        case .linear(let source, let refs, let bias, let epilogue, _):
            let linear = try linearRegion(rowSource(source, domain), refs, bias, epilogue, out: region.output)
            append(.prepare(linear), label("prepare", region))
            append(.linear(linear), label("linear", region))
        case .heads(let x, let op, let spec, _):
            let heads = HeadsRegion(
                input: UnsafePointer(pointer(x)), shape: HeadShape(spec), op: try headOp(op), out: out)
            append(.heads(storage.place(heads)), label("heads", region))
        case .attention(let x, let lowered, let spec, _):
            var ops: [HeadOp] = []
            for op in lowered { ops.append(try headOp(op)) }
            let attention = storage.place(
                AttentionRegion(
                    qkv: pointer(x), shape: HeadShape(spec), ops: storage.place(ops), layer: spec.layer,
                    scale: spec.scale, window: spec.slidingWindow ?? .max, out: out))
            append(.storeKV(attention), label("store keys and values", region))
            append(.attend(attention), label("attend", region))
        case .gatedSilu(let x, _):
            let half = width(region.output)
            let pair = PairRegion(
                first: UnsafePointer(pointer(x)), second: UnsafePointer(pointer(x)) + half, out: out, width: half,
                domain: domain)
            append(.gatedSilu(storage.place(pair)), label("silu", region))
        case .add(let x, let y, _):
            let pair = PairRegion(
                first: UnsafePointer(pointer(x)), second: UnsafePointer(pointer(y)), out: out,
                width: width(region.output), domain: domain)
            append(.add(storage.place(pair)), label("add", region))
        case .experts(let source, let experts, let addend, _): try makeExperts(region, source, experts, addend)
        }
    }

    mutating func append(_ region: Region, _ label: RegionTimer.Label) {
        regions.append(region)
        labels.append(label)
    }

    func rowSource(_ source: LoweredSource, _ domain: RowDomain) throws(BackendError) -> RowSource {
        var norm: UnsafePointer<Float>?
        if let source = source.norm { norm = try rmsWeight(source) }
        return RowSource(
            base: UnsafePointer(pointer(source.value)), width: width(source.value), domain: domain,
            isGathered: source.isGathered, norm: norm, eps: source.norm?.eps ?? 0)
    }

    private func rmsWeight(_ norm: Norm) throws(BackendError) -> UnsafePointer<Float> {
        guard norm.kind == .rms, norm.weights.count == 1, norm.biases.isEmpty, norm.weightOffset == 0 else {
            throw BackendError(backend: CPUBackend.name, message: "\(norm) is not supported")
        }
        return try vector(norm.weights[0])
    }

    private func headOp(_ op: LoweredHeadOp) throws(BackendError) -> HeadOp {
        switch op {
        case .norm(let query, let key):
            return .norm(query: try rmsWeight(query), key: try rmsWeight(key), eps: query.eps)
        case .rotate(let rotary):
            guard let table = rotaries[rotary] else {
                throw BackendError(backend: CPUBackend.name, message: "a rotary embedding has no table")
            }
            return .rotate(table)
        }
    }

    /// Index of the lowered region that writes `value`, for its prepared inputs.
    func regionIndex(writing value: Int) -> Int? { lowering.regions.firstIndex { $0.output == value } }
}
