import MartletModelIR
import MartletModels

/// A model compiled for one backend, with a cache whose blocks are handed out in a scattered order.
final class LoadedModel {
    static let numBlocks = 64
    static let maxTokens = 48

    let model: any ModelArchitecture
    private let blockSize: Int
    private let executable: any Executable
    private let cache: any KVCacheStorage
    private let batch: InputBatch

    init(
        _ config: ModelConfig, _ weights: any WeightSource, on backend: any Backend, blockSize: Int = 4,
        cacheDType: KVCacheDType = .float32, registry: ModelRegistry = .builtIn
    ) throws {
        self.blockSize = blockSize
        model = try registry.model(for: config)
        var recorder = Recorder()
        let output = try model.record(.decoder, into: &recorder)
        executable = try backend.compile(
            recorder.finish(output), weights: weights,
            options: CompileOptions(
                maxNumBatchedTokens: Self.maxTokens, maxNumSeqs: 4, maxLogitRows: Self.maxTokens, maxModelLen: 64,
                float32Arithmetic: true))
        cache = try backend.makeKVCache(
            KVCacheLayout(
                model.kvCacheSpecs, numBlocks: Self.numBlocks, blockSize: blockSize, numStateSlots: 4),
            dtype: cacheDType)
        batch = InputBatch(
            maxTokens: Self.maxTokens, maxRequests: 4, maxBlocksPerRequest: 16, maxLogitRows: Self.maxTokens,
            numGroups: max(cache.layout.groups.count, 1))
    }

    /// Tokens of one request in one step; `request` says which blocks are its own.
    struct Chunk {
        let request: Int
        let start: Int
        let tokenIDs: [Int32]
    }

    /// One step over the chunks, giving the logits of every token in the same order.
    func step(_ chunks: [Chunk]) throws -> [[Float]] {
        var token = 0
        for (index, chunk) in chunks.enumerated() {
            // Request r owns blocks r, r + 4, ... counted from the end, so that no block stands where its number says.
            let table = (0..<batch.maxBlocksPerRequest).map { Int32(Self.numBlocks - 1 - ($0 * 4 + chunk.request)) }
            for group in 0..<batch.numGroups {
                (batch.blockTables(group: group) + index * batch.maxBlocksPerRequest).update(
                    from: table, count: table.count)
            }
            batch.stateSlots[index] = Int32(chunk.request)
            batch.queryStartLoc[index] = Int32(token)
            for (offset, id) in chunk.tokenIDs.enumerated() {
                let position = chunk.start + offset
                batch.tokenIDs[token] = id
                batch.positions[token] = Int32(position)
                for group in 0..<batch.numGroups {
                    batch.slotMapping(group: group)[token] =
                        table[position / blockSize] * Int32(blockSize) + Int32(position % blockSize)
                }
                batch.logitRows[token] = Int32(token)
                token += 1
            }
            batch.seqLens[index] = Int32(chunk.start + chunk.tokenIDs.count)
        }
        batch.queryStartLoc[chunks.count] = Int32(token)
        batch.numTokens = token
        batch.numRequests = chunks.count
        batch.numLogitRows = token
        try executable.submit(batch, kvCache: cache)
        let logits = try executable.collect()
        return (0..<logits.numRows).map { Array(logits[$0]) }
    }

    /// Logits of every token of a prompt fed `chunkSize` tokens a step.
    func logits(_ tokenIDs: [Int32], chunkSize: Int, request: Int = 0) throws -> [[Float]] {
        try stride(from: 0, to: tokenIDs.count, by: chunkSize).flatMap { start in
            let end = min(start + chunkSize, tokenIDs.count)
            return try step([Chunk(request: request, start: start, tokenIDs: Array(tokenIDs[start..<end]))])
        }
    }

    /// The greedy continuation of a prompt.
    func greedy(_ prompt: [Int32], count: Int) throws -> [Int32] {
        var next = argmax(try logits(prompt, chunkSize: prompt.count).last!)
        var result: [Int32] = []
        for step in 0..<count {
            result.append(next)
            next = argmax(
                try self.step([Chunk(request: 0, start: prompt.count + step, tokenIDs: [next])]).last!)
        }
        return result
    }
}

func argmax(_ row: [Float]) -> Int32 { Int32(row.indices.max { row[$0] < row[$1] }!) }

func largestDifference(_ rows: [[Float]], _ expected: [Float]) -> Float {
    zip(rows.joined(), expected).map { abs($0 - $1) }.max() ?? .infinity
}
