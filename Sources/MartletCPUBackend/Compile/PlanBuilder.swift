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
    /// Arena buffers that regions need for themselves, by region index.
    private var temporaries: [Int: Int] = [:]
    private var arenaBase: UnsafeMutableRawPointer?
    var scratch: WorkerScratch
    /// What all layers of experts use, if there are any.
    var expertScratch: UnsafePointer<ExpertScratch>?
    /// Where the routers' prepared input lies.
    var routerInput: UnsafeMutableRawPointer
    var rotaries: [RotaryEmbedding: UnsafePointer<RotaryTable>] = [:]
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
            gateBytes: 0, attentionBytes: 0, ownBytes: 0)
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
            outputDomain: lowering.domains[output], attentions: attentions, crossAttentions: crossAttentions,
            numCrossPositions: numCrossPositions,
            tables: tables, readsFeatures: program.features != nil, queryTile: queryTile, labels: labels,
            scratch: scratch, storage: storage)
    }

    // MARK: Shapes

    func width(_ value: Int) -> Int { program.nodes[value].width }
    func maxRows(_ domain: RowDomain) -> Int {
        switch domain {
        case .tokens: options.maxNumBatchedTokens
        case .tokenRows(let count): options.maxNumBatchedTokens * count
        case .logitRows: max(options.maxLogitRows, 1)
        }
    }

    private var attentions: [AttentionSpec] {
        program.nodes.compactMap { node in
            switch node.op {
            case .attention(_, let spec): spec
            case .latentAttention(_, _, _, let spec): spec.attention
            default: nil
            }
        }
    }
    private var crossAttentions: [CrossAttentionSpec] {
        program.nodes.compactMap { node in
            switch node.op {
            case .storeCrossKV(_, let spec), .crossAttention(_, let spec): spec
            default: nil
            }
        }
    }
    private var numCrossPositions: Int? {
        let stored = program.nodes.compactMap { node in
            if case .storeCrossKV(_, let spec) = node.op { spec.numPositions } else { nil }
        }
        return stored.min()
    }
    private var tables: [EmbeddingBounds] {
        program.nodes.compactMap { node in
            guard case .embed(let table, let index) = node.op else { return nil }
            return EmbeddingBounds(name: table.name, index: index, rows: table.shape[0])
        }
    }
    /// About 64 rows of queries per piece of work: enough to reuse a tile of keys, few enough to stay in the cache.
    var queryTile: Int {
        max(4, 64 / (attentions.map { $0.numHeads / $0.numKVHeads }.max() ?? 1))
    }

    // MARK: Weights

    private func loadMatrices() throws(BackendError) {
        for region in lowering.regions {
            if case .experts(_, let experts, _, _) = region { try planExperts(experts) }
            for ref in region.ports.matrices {
                try weights.plan(ref, float32: options.float32Arithmetic, halfPrecision: options.halfPrecision)
            }
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
        // Region 0 is `begin`, which writes all inputs.
        for (index, region) in lowering.regions.enumerated() {
            let ports = region.ports
            let bytes = 4 * width(ports.output) * maxRows(lowering.domains[ports.output])
            let buffer = arena.add(bytes: bytes, first: region.isInput ? 0 : index + 1)
            buffers[ports.output] = buffer
            arena.extend(buffer, to: index + 1)
            let temporary = try temporaryBytes(region)
            if temporary > 0 { temporaries[index] = arena.add(bytes: temporary, first: index + 1) }
            for input in ports.inputs { if let buffer = buffers[input] { arena.extend(buffer, to: index + 1) } }
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

    /// Where the `temporaryBytes` of the region that writes `value` lies.
    func temporary(of value: Int) -> UnsafeMutableRawPointer {
        guard let arenaBase, let index = regionIndex(writing: value), let buffer = temporaries[index] else {
            preconditionFailure("the region of \(program.nodes[value].name) has no memory for itself")
        }
        return arenaBase + arena.offset(of: buffer)
    }

    /// Bytes a region needs for itself while it runs, shared by all threads.
    private func temporaryBytes(_ region: LoweredRegion) throws(BackendError) -> Int {
        switch region {
        case .attention(_, _, let spec, _): localBytes(spec)
        case .latentAttention(_, _, _, let spec, _): latentBytes(spec)
        case .embed, .features, .rows, .linear, .heads, .storeCrossKV, .crossAttention, .gated, .map, .add, .multiply,
            .experts, .recurrent:
            0
        }
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
        for spec in crossAttentions {
            let bytes = Int(ck_attention_scratch_bytes(Int64(spec.headDim), Int64(CrossShares.tileTokens)))
            scratch.attentionBytes = max(scratch.attentionBytes, bytes.roundedUp(to: 64))
        }
        // A page apart, so that neighbours share nothing.
        scratch.bytesPerWorker =
            (scratch.rowsBytes + scratch.preparedBytes + scratch.gateBytes + scratch.attentionBytes
            + scratch.ownBytes + 4096)
            .roundedUp(to: 4096)
        let memory = try MappedMemory(count: scratch.bytesPerWorker * numThreads, purpose: "the threads' scratch")
        storage.keep(memory)
        scratch.base = memory.base
    }

    // MARK: Regions

    private mutating func make(_ region: LoweredRegion) throws(BackendError) {
        switch region {
        case .embed, .features: break
        case .rows(let source, let addend, let out): try makeRows(region, source, addend, out)
        case .linear(let source, let refs, let bias, let epilogue, let out):
            let linear = try linearRegion(rowSource(source, lowering.domains[out]), refs, bias, epilogue, out: out)
            append(.prepare(linear), label("prepare", region))
            append(.linear(linear), label("linear", region))
        case .heads(let x, let op, let spec, let out): try makeHeads(region, x, op, spec, out)
        case .attention(let x, let ops, let spec, let out): try makeAttention(region, x, ops, spec, out)
        case .storeCrossKV(let x, let spec, let out):
            append(.storeCrossKV(makeCross(x, spec, out)), label("store cross keys and values", region))
        case .crossAttention(let x, let spec, let out):
            append(.crossAttend(makeCross(x, spec, out)), label("cross attend", region))
        case .latentAttention(let query, let latent, let ropeKey, let spec, let out):
            try makeLatentAttention(region, query: query, latent: latent, ropeKey: ropeKey, spec, out)
        case .gated(let x, let activation, let out): try makeGated(region, x, activation, out)
        case .map(let x, let function, let out): try makeMap(region, x, function, out)
        case .add(let x, let y, let out): makeAdd(region, x, y, out)
        case .multiply(let x, let y, let out): makeMultiply(region, x, y, out)
        case .experts(let source, let experts, let addend, let out):
            try makeExperts(region, source, experts, addend, out)
        case .recurrent(let op, let out): try makeRecurrent(region, op, out)
        }
    }

    mutating func append(_ region: Region, _ label: RegionTimer.Label) {
        regions.append(region)
        labels.append(label)
    }

    /// Index of the lowered region that writes `value`, for its prepared inputs.
    func regionIndex(writing value: Int) -> Int? { lowering.regions.firstIndex { $0.output == value } }
}
