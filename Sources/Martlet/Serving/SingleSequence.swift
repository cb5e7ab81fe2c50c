import MartletModelIR

/// One program on one sequence at a time, with a float32 cache of its own; not thread-safe.
final class SingleSequence {
    /// Columns of the program's result.
    let outputWidth: Int
    /// Most tokens of one step.
    let maxTokensPerStep: Int
    private let executable: any Executable
    private let kvCache: any KVCacheStorage
    private let batch: InputBatch
    private let longRotaryLength: Int?

    private static let blockSize = 16

    /// Compiles a program whose layers keep `specs` for sequences of at most `maxModelLen` tokens.
    ///
    /// **Throws** `cannotLoad` with the backend's reason.
    init(
        _ program: Program, keeping specs: [KVCacheSpec], weights: any WeightSource, _ configuration: LLMConfiguration,
        maxModelLen: Int, maxTokensPerStep: Int
    ) throws(LLMError) {
        let numBlocks = (maxModelLen - 1) / Self.blockSize + 1
        self.maxTokensPerStep = min(maxModelLen, maxTokensPerStep)
        let options = CompileOptions(
            maxNumBatchedTokens: self.maxTokensPerStep, maxNumSeqs: 1, maxLogitRows: self.maxTokensPerStep,
            maxModelLen: maxModelLen, float32Arithmetic: configuration.dtype == .float32)
        let chosen = try ChosenBackend(configuration)
        do {
            executable = try chosen.backend.compile(program, weights: weights, options: options)
            kvCache = try chosen.backend.makeKVCache(
                KVCacheLayout(specs, numBlocks: numBlocks, blockSize: Self.blockSize, numStateSlots: 1),
                dtype: .float32)
        } catch {
            throw .cannotLoad(error.description)
        }
        batch = InputBatch(
            maxTokens: self.maxTokensPerStep, maxRequests: 1, maxBlocksPerRequest: numBlocks,
            maxLogitRows: self.maxTokensPerStep, numGroups: max(kvCache.layout.groups.count, 1))
        for group in 0..<batch.numGroups {
            for block in 0..<numBlocks { batch.blockTables(group: group)[block] = Int32(block) }
        }
        outputWidth = executable.outputWidth
        longRotaryLength = program.longRotaryLength
    }

    /// Whether a sequence of so many tokens has other rotations than one of a token less, for all of its tokens.
    func changesRotations(at numTokens: Int) -> Bool { longRotaryLength.map { numTokens == $0 + 1 } ?? false }

    /// Computes the tokens that stand from `start` on in a sequence of `length` tokens; those before are in the cache.
    ///
    /// Gives the rows of all of them or of the last one, valid until the next step.
    func step(
        _ tokenIDs: ArraySlice<Int32>, from start: Int, length: Int, wantsAllRows: Bool
    ) throws(LLMError) -> LogitsView {
        for (token, id) in tokenIDs.enumerated() {
            batch.tokenIDs[token] = id
            batch.positions[token] = Int32(start + token)
            // Blocks are numbered by position, so slots are positions.
            for group in 0..<batch.numGroups { batch.slotMapping(group: group)[token] = Int32(start + token) }
        }
        batch.numTokens = tokenIDs.count
        batch.numRequests = 1
        batch.queryStartLoc[0] = 0
        batch.queryStartLoc[1] = Int32(tokenIDs.count)
        batch.seqLens[0] = Int32(start + tokenIDs.count)
        batch.usesLongRotary[0] = longRotaryLength.map { length > $0 } == true ? 1 : 0
        batch.numLogitRows = wantsAllRows ? tokenIDs.count : 1
        for row in 0..<batch.numLogitRows {
            batch.logitRows[row] = Int32(tokenIDs.count - batch.numLogitRows + row)
        }
        do {
            try executable.submit(batch, kvCache: kvCache)
            return try executable.collect()
        } catch {
            throw .engine(error.description)
        }
    }
}
