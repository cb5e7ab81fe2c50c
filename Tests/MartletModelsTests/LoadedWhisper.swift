import MartletModelIR
import MartletModels
import MartletWeights

/// The three programs of a Whisper fixture on one backend, with one cache.
final class LoadedWhisper {
    static let numSlots = 3
    private static let blockSize = 16
    private static let maxTokens = 80

    let model: any ModelArchitecture
    let checkpoint: Checkpoint
    let numMelBins, hiddenSize, numPositions, numAlignmentHeads: Int
    private let executables: [EntryPoint: any Executable]
    private let cache: any KVCacheStorage
    private let batch = InputBatch(
        maxTokens: maxTokens, maxRequests: 4, maxBlocksPerRequest: 4, maxLogitRows: maxTokens)

    init(path: String, on choice: BackendChoice, cacheDType: KVCacheDType = .float32) throws {
        checkpoint = try Checkpoint.open(path: path)
        model = try ModelRegistry.builtIn.model(for: checkpoint.config)
        let backend = try choice.make()
        var executables: [EntryPoint: any Executable] = [:]
        var programs: [EntryPoint: Program] = [:]
        for entry in model.entryPoints {
            var recorder = Recorder()
            let output = try model.record(entry, into: &recorder)
            let program = recorder.finish(output)
            programs[entry] = program
            executables[entry] = try backend.compile(
                program, weights: checkpoint.weights,
                options: CompileOptions(
                    maxNumBatchedTokens: Self.maxTokens, maxNumSeqs: 4, maxLogitRows: Self.maxTokens,
                    maxModelLen: model.maxPositionEmbeddings, float32Arithmetic: true))
        }
        self.executables = executables
        numMelBins = programs[.encoder]?.features?.width ?? 0
        hiddenSize = programs[.crossAttentionKV]?.features?.width ?? 0
        numAlignmentHeads = programs[.decoder]?.numAlignmentHeads ?? 0
        numPositions =
            model.kvCacheSpecs.compactMap { if case .cross(let spec) = $0 { spec.numPositions } else { nil } }.first
            ?? 0
        cache = try backend.makeKVCache(
            KVCacheLayout(model.kvCacheSpecs, numBlocks: 16, blockSize: Self.blockSize, numCrossSlots: Self.numSlots),
            dtype: cacheDType)
    }

    /// Hidden states of several windows in one step, `[positions, hidden]` each.
    func encode(_ windows: [[Float]]) throws -> [[Float]] {
        for row in windows.indices {
            fill(row, count: numPositions, first: row * numPositions, start: 0)
        }
        finish(windows.count, numTokens: windows.count * numPositions)
        let states = try run(.encoder, features: windows.flatMap(\.self))
        return windows.indices.map { states[$0 * numPositions..<($0 + 1) * numPositions].flatMap(\.self) }
    }

    /// Writes the keys and values of hidden states to a slot.
    func store(_ states: [Float], slot: Int) throws {
        fill(0, count: numPositions, first: 0, start: 0)
        batch.crossSlots[0] = Int32(slot)
        finish(1, numTokens: numPositions)
        _ = try run(.crossAttentionKV, features: states)
    }

    /// Some tokens of a request; `slot` has what it hears.
    struct Chunk {
        let request, slot, start: Int
        let tokenIDs: [Int32]
    }

    /// Logits and weights of the alignment heads, `[heads * positions]`, of every token.
    func decode(_ chunks: [Chunk]) throws -> (logits: [[Float]], crossWeights: [[Float]]) {
        var token = 0
        for (row, chunk) in chunks.enumerated() {
            for block in 0..<4 { batch.blockTables()[row * 4 + block] = Int32(15 - chunk.request - 4 * block) }
            batch.crossSlots[row] = Int32(chunk.slot)
            for (offset, id) in chunk.tokenIDs.enumerated() {
                let position = chunk.start + offset
                batch.tokenIDs[token + offset] = id
                batch.slotMapping()[token + offset] =
                    batch.blockTables()[row * 4 + position / Self.blockSize] * Int32(Self.blockSize)
                    + Int32(position % Self.blockSize)
            }
            fill(row, count: chunk.tokenIDs.count, first: token, start: chunk.start)
            token += chunk.tokenIDs.count
        }
        finish(chunks.count, numTokens: token)
        let width = numAlignmentHeads * numPositions
        var weights = [Float](repeating: .nan, count: token * width)
        let logits = try weights.withUnsafeMutableBufferPointer { weights in
            batch.crossWeights = weights.baseAddress
            defer { batch.crossWeights = nil }
            return try run(.decoder, features: [])
        }
        return (logits, (0..<token).map { Array(weights[$0 * width..<($0 + 1) * width]) })
    }

    /// The greedy continuation of a prompt.
    func greedy(_ prompt: [Int32], slot: Int, count: Int) throws -> [Int32] {
        var tokens = prompt
        var chunk = prompt
        for _ in 0..<count {
            let start = tokens.count - chunk.count
            let logits = try decode([Chunk(request: 0, slot: slot, start: start, tokenIDs: chunk)]).logits
            chunk = [argmax(logits.last!)]
            tokens += chunk
        }
        return Array(tokens[prompt.count...])
    }

    private func fill(_ row: Int, count: Int, first: Int, start: Int) {
        batch.queryStartLoc[row] = Int32(first)
        batch.seqLens[row] = Int32(start + count)
        for index in 0..<count {
            batch.positions[first + index] = Int32(start + index)
            batch.logitRows[first + index] = Int32(first + index)
        }
    }

    private func finish(_ numRequests: Int, numTokens: Int) {
        batch.queryStartLoc[numRequests] = Int32(numTokens)
        (batch.numRequests, batch.numTokens, batch.numLogitRows) = (numRequests, numTokens, numTokens)
    }

    private func run(_ entry: EntryPoint, features: [Float]) throws -> [[Float]] {
        guard let executable = executables[entry] else { return [] }
        return try features.withUnsafeBufferPointer { features in
            batch.features = features.baseAddress
            defer { batch.features = nil }
            try executable.submit(batch, kvCache: cache)
            let rows = try executable.collect()
            return (0..<rows.numRows).map { Array(rows[$0]) }
        }
    }
}
