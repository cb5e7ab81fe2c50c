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
    /// Requests of more tokens take the rotations of `RotaryEmbedding.long`; nil where there are none.
    private let longLength: Int?

    init(
        _ config: ModelConfig, _ weights: any WeightSource, on backend: any Backend, blockSize: Int = 4,
        cacheDType: KVCacheDType = .float32, registry: ModelRegistry = .builtIn
    ) throws {
        self.blockSize = blockSize
        model = try registry.model(for: config)
        var recorder = Recorder()
        let output = try model.record(.decoder, into: &recorder)
        let program = recorder.finish(output)
        longLength = program.nodes.compactMap { $0.op.rotary?.long?.length }.min()
        executable = try backend.compile(
            program, weights: weights,
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
        /// Whether the request is longer than the usual rotations reach.
        var isLong = false
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
            batch.usesLongRotary[index] = chunk.isLong ? 1 : 0
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
            return try step([
                Chunk(
                    request: request, start: start, tokenIDs: Array(tokenIDs[start..<end]),
                    isLong: isLong(tokenIDs.count))
            ])
        }
    }

    private func isLong(_ count: Int) -> Bool { longLength.map { count > $0 } ?? false }

    /// The greedy continuation of a prompt.
    func greedy(_ prompt: [Int32], count: Int) throws -> [Int32] {
        var tokens = prompt
        var next = argmax(try logits(prompt, chunkSize: prompt.count).last!)
        for _ in 0..<count {
            tokens.append(next)
            if isLong(tokens.count) && !isLong(tokens.count - 1) {
                // From here on all tokens are rotated otherwise.
                next = argmax(try logits(tokens, chunkSize: tokens.count).last!)
            } else {
                let chunk = Chunk(
                    request: 0, start: tokens.count - 1, tokenIDs: [next], isLong: isLong(tokens.count))
                next = argmax(try step([chunk]).last!)
            }
        }
        return Array(tokens[prompt.count...])
    }
}

extension Op {
    /// The rotation the op applies.
    fileprivate var rotary: RotaryEmbedding? {
        switch self {
        case .rotary(_, let rotary, _): rotary
        case .latentAttention(_, _, _, let spec): spec.rotary
        default: nil
        }
    }
}

func argmax(_ row: [Float]) -> Int32 { Int32(row.indices.max { row[$0] < row[$1] }!) }

func largestDifference(_ rows: [[Float]], _ expected: [Float]) -> Float {
    zip(rows.joined(), expected).map { abs($0 - $1) }.max() ?? .infinity
}
