import MartletModelIR

/// Runs sequences through a compiled program without an engine.
final class SequenceRunner {
    private let executable: any Executable
    private let cache: any KVCacheStorage
    private let batch: InputBatch
    private static let blockSize = 16
    private static let blocksPerRequest = 4
    private static let maxTokens = 48

    init(_ model: any ModelArchitecture, _ program: Program, on backend: any Backend) throws(BackendError) {
        executable = try backend.compile(
            program, weights: MadeUpWeights(program),
            options: CompileOptions(
                maxNumBatchedTokens: Self.maxTokens, maxNumSeqs: 2, maxLogitRows: Self.maxTokens,
                maxModelLen: Self.blockSize * Self.blocksPerRequest, float32Arithmetic: true))
        cache = try backend.makeKVCache(
            KVCacheLayout(
                model.kvCacheSpecs, numBlocks: 2 * Self.blocksPerRequest, blockSize: Self.blockSize, numStateSlots: 2),
            dtype: .float32)
        batch = InputBatch(
            maxTokens: Self.maxTokens, maxRequests: 2, maxBlocksPerRequest: Self.blocksPerRequest,
            maxLogitRows: Self.maxTokens, numGroups: max(cache.layout.groups.count, 1))
    }

    /// Logits after every token of a sequence fed `chunkSize` tokens a step.
    func logits(of tokenIDs: [Int32], chunkSize: Int) throws(BackendError) -> [[Float]] {
        var rows: [[Float]] = []
        for start in stride(from: 0, to: tokenIDs.count, by: chunkSize) {
            let end = min(start + chunkSize, tokenIDs.count)
            rows += try step([(0, start, tokenIDs[start..<end])])
        }
        return rows
    }

    /// Logits of two sequences in the same two steps, each cut in another place.
    func logits(
        of first: [Int32], beside second: [Int32]
    ) throws(BackendError) -> (first: [[Float]], second: [[Float]]) {
        let (a, b) = (max(first.count / 3, 1), max(second.count / 2, 1))
        let early = try step([(0, 0, first[..<a]), (1, 0, second[..<b])])
        var chunks: [(request: Int, start: Int, tokenIDs: ArraySlice<Int32>)] = []
        if a < first.count { chunks.append((0, a, first[a...])) }
        if b < second.count { chunks.append((1, b, second[b...])) }
        let late = chunks.isEmpty ? [] : try step(chunks)
        let split = first.count - a
        return (Array(early[..<a] + late[..<split]), Array(early[a...] + late[split...]))
    }

    private func step(
        _ chunks: [(request: Int, start: Int, tokenIDs: ArraySlice<Int32>)]
    ) throws(BackendError) -> [[Float]] {
        var token = 0
        for (index, chunk) in chunks.enumerated() {
            let firstBlock = chunk.request * Self.blocksPerRequest
            batch.queryStartLoc[index] = Int32(token)
            batch.stateSlots[index] = Int32(chunk.request)
            batch.seqLens[index] = Int32(chunk.start + chunk.tokenIDs.count)
            for group in 0..<batch.numGroups {
                for block in 0..<Self.blocksPerRequest {
                    batch.blockTables(group: group)[index * Self.blocksPerRequest + block] = Int32(firstBlock + block)
                }
            }
            for (offset, id) in chunk.tokenIDs.enumerated() {
                let position = chunk.start + offset
                batch.tokenIDs[token] = id
                batch.positions[token] = Int32(position)
                batch.logitRows[token] = Int32(token)
                for group in 0..<batch.numGroups {
                    batch.slotMapping(group: group)[token] = Int32(firstBlock * Self.blockSize + position)
                }
                token += 1
            }
        }
        batch.queryStartLoc[chunks.count] = Int32(token)
        (batch.numTokens, batch.numRequests, batch.numLogitRows) = (token, chunks.count, token)
        try executable.submit(batch, kvCache: cache)
        let view = try executable.collect()
        return (0..<view.numRows).map { Array(view[$0]) }
    }
}
