import MartletModelIR

@testable import MartletCPUBackend

/// Drives an executable as an engine would: requests with blocks of their own, steps of any mixture.
final class StepRunner {
    /// One entry of a step.
    struct Share {
        var request: Int
        var numTokens: Int
        /// How many of the tokens, counted from the last, have their logits taken.
        var numLogits = 1
    }

    let executable: any Executable
    let cache: any KVCacheStorage
    let batch: InputBatch
    /// Requests that take the long variant of rotary embeddings.
    var longRequests: Set<Int> = []
    private var prompts: [[Int32]] = []
    private var computed: [Int] = []
    private var tables: [[Int32]] = []
    private var freeBlocks: [Int32]

    convenience init(
        backend: some Backend, model: TinyModel, weights: RandomWeights, dtype: KVCacheDType = .float32,
        blockSize: Int = 16, maxTokens: Int = 96, numBlocks: Int = 128, seed: UInt64 = 7,
        float32: Bool = true
    ) throws {
        try self.init(
            backend: backend, program: model.program(), kvCacheSpecs: model.kvCacheSpecs, weights: weights,
            dtype: dtype, blockSize: blockSize, maxTokens: maxTokens, numBlocks: numBlocks, seed: seed,
            float32: float32)
    }

    init(
        backend: some Backend, program: Program, kvCacheSpecs: [KVCacheSpec], weights: RandomWeights,
        dtype: KVCacheDType = .float32, blockSize: Int = 16, maxTokens: Int = 96, numBlocks: Int = 128,
        seed: UInt64 = 7, float32: Bool = true
    ) throws {
        executable = try backend.compile(
            program, weights: weights,
            options: CompileOptions(
                maxNumBatchedTokens: maxTokens, maxNumSeqs: 40, maxLogitRows: maxTokens, maxModelLen: 2048,
                float32Arithmetic: float32))
        cache = try backend.makeKVCache(
            KVCacheLayout(kvCacheSpecs, numBlocks: numBlocks, blockSize: blockSize, numStateSlots: 40), dtype: dtype)
        (cache as? CPUKVCache)?.poison()
        batch = InputBatch(
            maxTokens: maxTokens, maxRequests: 40, maxBlocksPerRequest: 128, maxLogitRows: maxTokens,
            numGroups: max(cache.layout.groups.count, 1))
        var random = SplitMix(seed: seed)
        freeBlocks = (0..<Int32(numBlocks)).shuffled(using: &random)
    }

    /// Adds a request; `shared` blocks are another request's first ones, whose tokens count as computed.
    func add(_ tokens: [Int32], sharing other: Int? = nil, blocks: Int = 0) -> Int {
        prompts.append(tokens)
        computed.append(blocks * cache.layout.blockSize)
        tables.append(other.map { Array(tables[$0].prefix(blocks)) } ?? [])
        return prompts.count - 1
    }

    /// Appends a token to a request.
    func append(_ token: Int32, to request: Int) { prompts[request].append(token) }

    /// Runs one step and returns each share's rows of logits.
    func step(_ shares: [Share]) throws -> [[[Float]]] {
        var token = 0
        var rows = 0
        for (index, share) in shares.enumerated() {
            let start = computed[share.request]
            let end = start + share.numTokens
            while tables[share.request].count * cache.layout.blockSize < end {
                tables[share.request].append(freeBlocks.removeLast())
            }
            batch.queryStartLoc[index] = Int32(token)
            batch.seqLens[index] = Int32(end)
            let table = tables[share.request]
            batch.stateSlots[index] = Int32(share.request)
            batch.usesLongRotary[index] = longRequests.contains(share.request) ? 1 : 0
            for (number, group) in cache.layout.groups.enumerated() {
                let row = batch.blockTables(group: number) + index * batch.maxBlocksPerRequest
                row.update(from: table, count: table.count)
                // Blocks before the window were given away: what stands there belongs to nobody.
                let seen = group.kind.window.map { max(0, start - $0 + 1) / cache.layout.blockSize } ?? 0
                for block in 0..<seen { row[block] = freeBlocks[0] }
            }
            for position in start..<end {
                batch.tokenIDs[token] = prompts[share.request][position]
                batch.positions[token] = Int32(position)
                batch.tokenTypes[token] = Int32(position % 2)
                for group in cache.layout.groups.indices {
                    batch.slotMapping(group: group)[token] =
                        table[position / cache.layout.blockSize] * Int32(cache.layout.blockSize)
                        + Int32(position % cache.layout.blockSize)
                }
                if position >= end - share.numLogits {
                    batch.logitRows[rows] = Int32(token)
                    rows += 1
                }
                token += 1
            }
            computed[share.request] = end
        }
        batch.queryStartLoc[shares.count] = Int32(token)
        batch.numTokens = token
        batch.numRequests = shares.count
        batch.numLogitRows = rows
        try executable.submit(batch, kvCache: cache)
        let logits = try executable.collect()
        precondition(logits.numRows == rows)
        var row = 0
        return shares.map { share in
            (0..<share.numLogits).map { _ in
                defer { row += 1 }
                return Array(logits[row])
            }
        }
    }
}

extension CPUKVCache {
    /// Fills everything with bits that are NaN in every type, so that reading what was never written shows.
    fileprivate func poison() {
        for (layer, group) in zip(layers, layout.groupOfLayer) {
            guard let group else { continue }
            layer.base.initializeMemory(
                as: UInt8.self, repeating: 0xff, count: layer.blockBytes * layout.groups[group].numBlocks)
        }
        for layer in states where layer.elements > 0 {
            layer.base.update(repeating: .nan, count: layer.elements * layout.numStateSlots)
        }
    }
}

/// Token ids drawn from a seed.
func randomTokens(_ count: Int, below vocab: Int, seed: UInt64) -> [Int32] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { _ in Int32.random(in: 0..<Int32(vocab), using: &random) }
}

/// The largest difference of two equally long rows.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    precondition(a.count == b.count)
    return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
