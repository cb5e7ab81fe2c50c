/// A program with its weights as float arrays; runs its ops one after the other.
final class ReferenceExecutable: Executable {
    let outputWidth: Int
    private let program: Program
    private let weights: [WeightRef: [Float]]
    private let options: CompileOptions
    private let logits: UnsafeMutablePointer<Float>
    private let logitCapacity: Int
    private var numLogitRows = 0

    init(program: Program, weights: [WeightRef: [Float]], options: CompileOptions) {
        self.program = program
        self.weights = weights
        self.options = options
        outputWidth = program.nodes[program.output.id].width
        logitCapacity = options.maxLogitRows * outputWidth
        logits = .allocate(capacity: max(logitCapacity, 1))
        logits.initialize(repeating: 0, count: max(logitCapacity, 1))
    }

    deinit { logits.deallocate() }

    func submit(_ batch: InputBatch, kvCache: any KVCacheStorage) throws(BackendError) {
        guard let cache = kvCache as? ReferenceKVCache else {
            throw error("the KV cache was made by another backend")
        }
        try check(batch)
        var values: [ReferenceMatrix] = []
        for node in program.nodes {
            values.append(try run(node, values: values, batch: batch, cache: cache))
        }
        let output = values[program.output.id]
        numLogitRows = output.rows
        guard output.elements.count <= logitCapacity else {
            throw error("\(output.rows) rows of output, compiled for \(options.maxLogitRows)")
        }
        logits.update(from: output.elements, count: output.elements.count)
    }

    func collect() throws(BackendError) -> LogitsView {
        LogitsView(base: logits, numRows: numLogitRows, vocabSize: outputWidth)
    }

    private func error(_ message: String) -> BackendError {
        BackendError(backend: ReferenceBackend.name, message: message)
    }

    private func check(_ batch: InputBatch) throws(BackendError) {
        guard batch.numTokens <= options.maxNumBatchedTokens, batch.numRequests <= options.maxNumSeqs else {
            throw error(
                "a step of \(batch.numTokens) tokens in \(batch.numRequests) requests, compiled for "
                    + "\(options.maxNumBatchedTokens) in \(options.maxNumSeqs)")
        }
        precondition(batch.queryStartLoc[0] == 0 && Int(batch.queryStartLoc[batch.numRequests]) == batch.numTokens)
    }

    private func run(
        _ node: Program.Node, values: [ReferenceMatrix], batch: InputBatch, cache: ReferenceKVCache
    ) throws(BackendError) -> ReferenceMatrix {
        switch node.op {
        case .embed(let table):
            return try embed(table, batch)
        case .rmsNorm(let x, let weight, let eps):
            return values[x.id].rmsNorm(weights[weight]!, eps: eps)
        case .linear(let x, let parts, let bias):
            return linear(values[x.id], parts, bias)
        case .qkNorm(let x, let query, let key, let eps, let spec):
            return values[x.id].qkNorm(query: weights[query]!, key: weights[key]!, eps: eps, spec)
        case .rotary(let x, let rotary, let spec):
            return values[x.id].rotated(rotary, spec) { Int(batch.positions[$0]) }
        case .attention(let x, let spec):
            return attention(values[x.id], spec, batch, cache)
        case .gatedActivation(let x, .silu):
            return values[x.id].gatedSiLU()
        case .add(let x, let y):
            return values[x.id].adding(values[y.id])
        case .gatherLogitRows(let x):
            return values[x.id].gathering((0..<batch.numLogitRows).map { Int(batch.logitRows[$0]) })
        }
    }

    private func embed(_ table: WeightRef, _ batch: InputBatch) throws(BackendError) -> ReferenceMatrix {
        let matrix = ReferenceMatrix(width: table.shape[1], elements: weights[table]!)
        for token in 0..<batch.numTokens where !(0..<matrix.rows).contains(Int(batch.tokenIDs[token])) {
            throw error("token id \(batch.tokenIDs[token]) is outside the vocabulary of \(matrix.rows)")
        }
        return matrix.gathering((0..<batch.numTokens).map { Int(batch.tokenIDs[$0]) })
    }

    private func linear(_ x: ReferenceMatrix, _ parts: [WeightRef], _ bias: [WeightRef?]) -> ReferenceMatrix {
        let weight = ReferenceMatrix(width: x.width, elements: parts.flatMap { weights[$0]! })
        var y = x.multiplied(byTransposeOf: weight)
        if !bias.isEmpty {
            let zero: (WeightRef) -> [Float] = { [Float](repeating: 0, count: $0.shape[0]) }
            y.addRow(zip(parts, bias).flatMap { part, bias in bias.map { weights[$0]! } ?? zero(part) })
        }
        return y
    }

    private func attention(
        _ qkv: ReferenceMatrix, _ spec: AttentionSpec, _ batch: InputBatch, _ cache: ReferenceKVCache
    ) -> ReferenceMatrix {
        let queryWidth = spec.numHeads * spec.headDim
        let keyWidth = spec.numKVHeads * spec.headDim
        for token in 0..<batch.numTokens {
            let row = qkv.row(token)
            cache.store(
                keys: row.dropFirst(queryWidth).prefix(keyWidth), values: row.suffix(keyWidth), layer: spec.layer,
                slot: Int(batch.slotMapping[token]))
        }
        var result = ReferenceMatrix(width: queryWidth, elements: [])
        for request in 0..<batch.numRequests {
            let table = batch.blockTables + request * batch.maxBlocksPerRequest
            for token in Int(batch.queryStartLoc[request])..<Int(batch.queryStartLoc[request + 1]) {
                let position = Int(batch.positions[token])
                let first = spec.slidingWindow.map { max(0, position - $0 + 1) } ?? 0
                let slots = (first...position).map {
                    Int(table[$0 / cache.blockSize]) * cache.blockSize + $0 % cache.blockSize
                }
                result.elements += cache.attend(query: qkv.row(token).prefix(queryWidth), slots: slots, spec)
            }
        }
        return result
    }
}
