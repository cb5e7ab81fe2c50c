#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program with its weights as float arrays; runs its ops one after the other.
final class ReferenceExecutable: Executable {
    let outputWidth: Int
    private let program: Program
    private let weights: [WeightRef: [Float]]
    private let options: CompileOptions
    let numAlignmentHeads: Int
    private let logits: UnsafeMutablePointer<Float>
    private let logitCapacity: Int
    private var numLogitRows = 0

    init(program: Program, weights: [WeightRef: [Float]], options: CompileOptions) {
        self.program = program
        self.weights = weights
        self.options = options
        numAlignmentHeads = program.numAlignmentHeads
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
        let position = { (row: Int) in Int(batch.positions[row]) }
        switch node.op {
        case .embed(let table, let index):
            return try embed(table, index, batch)
        case .features(let width, let rowsPerToken):
            guard let features = batch.features else { throw error("\(node.name): the batch brings no features") }
            let count = batch.numTokens * rowsPerToken * width
            return ReferenceMatrix(
                width: width, elements: Array(UnsafeBufferPointer(start: features, count: count)))
        case .unfold(let x, let unfold):
            return self.unfold(values[x.id], unfold, batch, rowsPerToken: program.nodes[x.id].rowsPerToken)
        case .storeCrossKV(let x, let spec):
            storeCrossKV(values[x.id], spec, batch, cache)
            return ReferenceMatrix(width: 0, elements: [])
        case .crossAttention(let x, let spec):
            return crossAttention(values[x.id], spec, batch, cache)
        case .norm(let x, let norm):
            return values[x.id].normalized(reference(norm))
        case .linear(let x, let parts, let bias):
            return linear(values[x.id], parts, bias)
        case .qkNorm(let x, let query, let key, let spec):
            let (queryEnd, keyEnd) = (spec.numHeads * spec.headDim, (spec.numHeads + spec.numKVHeads) * spec.headDim)
            return values[x.id].normalized(reference(query), columns: 0..<queryEnd)
                .normalized(reference(key), columns: queryEnd..<keyEnd)
        case .rotary(let x, let rotary, let spec):
            return values[x.id].rotated(
                rotary, headDim: spec.headDim, numQueries: spec.numHeads, rotated: spec.numHeads + spec.numKVHeads,
                position: position, isLong: longRows(batch))
        case .attention(let x, let spec):
            return spec.isCausal
                ? attention(values[x.id], spec, batch, cache) : bidirectional(values[x.id], spec, batch)
        case .latentAttention(let query, let latent, let ropeKey, let spec):
            return latentAttention(values[query.id], values[latent.id], values[ropeKey.id], spec, batch, cache)
        case .gatedActivation(let x, let activation):
            let function = reference(activation)
            return values[x.id].gated { function(gate: $0, up: $1) }
        case .activation(let x, let activation):
            let function = reference(activation)
            return values[x.id].mapped { function($0) }
        case .moe(let x, let experts):
            return moe(values[x.id], experts)
        case .add(let x, let y):
            return values[x.id].adding(values[y.id])
        case .multiply(let x, let y):
            return values[x.id].multiplied(by: values[y.id])
        case .scale(let x, let factor):
            return values[x.id].mapped { $0 * factor }
        case .softcap(let x, let cap):
            return values[x.id].mapped { cap * tanhf($0 / cap) }
        case .shortConv(let x, let conv):
            return shortConv(values[x.id], conv, batch, cache)
        case .gatedDeltaNet(let x, let gates, let net):
            return gatedDeltaNet(values[x.id], values[gates.id], net, batch, cache)
        case .mamba2(let x, let timeStep, let mamba):
            return mamba2(values[x.id], values[timeStep.id], mamba, batch, cache)
        case .gatherLogitRows(let x):
            return values[x.id].gathering((0..<batch.numLogitRows).map { Int(batch.logitRows[$0]) })
        }
    }

    // MARK: Parts that several files use

    /// A weight's elements.
    func floats(_ weight: WeightRef) -> [Float] {
        guard let floats = weights[weight] else { preconditionFailure("\(weight) was not loaded") }
        return floats
    }

    /// A weight as a matrix.
    func matrix(_ weight: WeightRef) -> ReferenceMatrix {
        ReferenceMatrix(width: weight.shape[1], elements: floats(weight))
    }

    func reference(_ activation: Activation) -> ReferenceActivation {
        ReferenceActivation(activation: activation, parameters: activation.weights.flatMap(floats))
    }

    private func reference(_ norm: Norm) -> ReferenceNorm {
        ReferenceNorm(
            kind: norm.kind, groupSize: norm.groupSize,
            factors: norm.weights.flatMap(floats).map { $0 + norm.weightOffset },
            biases: norm.biases.flatMap(floats), eps: norm.eps)
    }

    /// Which rows take the long variant of a rotary embedding.
    func longRows(_ batch: InputBatch) -> (Int) -> Bool {
        var rows: [Bool] = []
        for request in 0..<batch.numRequests {
            let count = Int(batch.queryStartLoc[request + 1] - batch.queryStartLoc[request])
            rows += [Bool](repeating: batch.usesLongRotary[request] != 0, count: count)
        }
        return { rows[$0] }
    }

    private func embed(
        _ table: WeightRef, _ index: EmbeddingIndex, _ batch: InputBatch
    ) throws(BackendError) -> ReferenceMatrix {
        let matrix = matrix(table)
        let rows = (0..<batch.numTokens).map { token in
            switch index {
            case .tokenID: Int(batch.tokenIDs[token])
            case .position(let offset): Int(batch.positions[token]) + offset
            case .tokenType: Int(batch.tokenTypes[token])
            }
        }
        if let outside = rows.first(where: { !(0..<matrix.rows).contains($0) }) {
            throw error("\(table.name) has \(matrix.rows) rows, a token asks for row \(outside)")
        }
        return matrix.gathering(rows)
    }

    func linear(_ x: ReferenceMatrix, _ parts: [WeightRef], _ bias: [WeightRef?]) -> ReferenceMatrix {
        let weight = ReferenceMatrix(width: x.width, elements: parts.flatMap(floats))
        var y = x.multiplied(byTransposeOf: weight)
        if !bias.isEmpty {
            let zero: (WeightRef) -> [Float] = { [Float](repeating: 0, count: $0.shape[0]) }
            y.addRow(zip(parts, bias).flatMap { part, bias in bias.map(floats) ?? zero(part) })
        }
        return y
    }
}
