import MartletModelIR

/// One sequence through the model without engine or tokenizer: token ids in, float32 logits out, for comparing.
///
/// The cache is float32, and so is the arithmetic when the configuration's `dtype` says so. Not thread-safe.
public final class ForwardPass {
    /// Columns of the logits.
    public let vocabSize: Int
    /// Most tokens of one sequence.
    public let maxModelLen: Int
    private let executable: any Executable
    private let kvCache: any KVCacheStorage
    private let batch: InputBatch

    private static let blockSize = 16
    private static let maxTokensPerStep = 64

    /// Loads the model of a configuration for sequences of at most `maxModelLen` tokens.
    ///
    /// **Throws** as `LLM.load`; `unsupported` when the model is not made for that many tokens.
    public static func load(
        _ configuration: LLMConfiguration, maxModelLen: Int, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> sending ForwardPass {
        let opened = try await OpenedModel.open(configuration, progress: progress)
        return try ForwardPass(opened, configuration, maxModelLen: maxModelLen)
    }

    private init(_ opened: OpenedModel, _ configuration: LLMConfiguration, maxModelLen: Int) throws(LLMError) {
        guard maxModelLen <= opened.model.maxPositionEmbeddings else {
            throw .unsupported(
                "\(opened.name) is made for \(opened.model.maxPositionEmbeddings) tokens, \(maxModelLen) are asked for")
        }
        let numBlocks = (maxModelLen + Self.blockSize - 1) / Self.blockSize
        let numTokens = min(maxModelLen, Self.maxTokensPerStep)
        let options = CompileOptions(
            maxNumBatchedTokens: numTokens, maxNumSeqs: 1, maxLogitRows: numTokens, maxModelLen: maxModelLen,
            float32Arithmetic: configuration.dtype == .float32)
        let chosen = try ChosenBackend(configuration)
        do {
            executable = try chosen.backend.compile(opened.program, weights: opened.weights, options: options)
            kvCache = try chosen.backend.makeKVCache(
                KVCacheLayout(
                    opened.model.kvCacheSpecs, numBlocks: numBlocks, blockSize: Self.blockSize, numStateSlots: 1),
                dtype: .float32)
        } catch {
            throw .cannotLoad(error.description)
        }
        batch = InputBatch(
            maxTokens: numTokens, maxRequests: 1, maxBlocksPerRequest: numBlocks, maxLogitRows: numTokens,
            numGroups: max(kvCache.layout.groups.count, 1))
        for group in 0..<batch.numGroups {
            for block in 0..<numBlocks { batch.blockTables(group: group)[block] = Int32(block) }
        }
        vocabSize = opened.model.vocabSize
        self.maxModelLen = maxModelLen
    }

    /// The logits after every token of a sequence: `[tokens, vocabSize]`, row-major.
    ///
    /// **Throws** `invalidRequest` for ids outside the vocabulary or too many of them.
    public func logits(of tokenIDs: [Int32]) throws(LLMError) -> [Float] {
        try check(tokenIDs, more: 0)
        var rows: [Float] = []
        rows.reserveCapacity(tokenIDs.count * vocabSize)
        for start in stride(from: 0, to: tokenIDs.count, by: batch.maxTokens) {
            let end = min(start + batch.maxTokens, tokenIDs.count)
            let view = try step(tokenIDs[start..<end], from: start, wantsAllRows: true)
            for row in 0..<view.numRows { rows += view[row] }
        }
        return rows
    }

    /// The `count` most probable tokens one after the other, ties to the lowest id.
    ///
    /// **Throws** as `logits(of:)`.
    public func greedy(after tokenIDs: [Int32], count: Int) throws(LLMError) -> [Int32] {
        try check(tokenIDs, more: count)
        var chosen: [Int32] = []
        for start in stride(from: 0, to: tokenIDs.count, by: batch.maxTokens) {
            let end = min(start + batch.maxTokens, tokenIDs.count)
            let view = try step(tokenIDs[start..<end], from: start, wantsAllRows: false)
            if end == tokenIDs.count { chosen.append(Self.largest(view[0])) }
        }
        while chosen.count < count {
            let view = try step(chosen.suffix(1), from: tokenIDs.count + chosen.count - 1, wantsAllRows: false)
            chosen.append(Self.largest(view[0]))
        }
        return Array(chosen.prefix(count))
    }

    private func check(_ tokenIDs: [Int32], more: Int) throws(LLMError) {
        guard !tokenIDs.isEmpty else { throw .invalidRequest(param: "input_ids", message: "no tokens") }
        guard tokenIDs.count + more <= maxModelLen else {
            throw .invalidRequest(
                param: "input_ids", message: "\(tokenIDs.count + more) tokens, but at most \(maxModelLen) are possible")
        }
        if let outside = tokenIDs.first(where: { $0 < 0 || Int($0) >= vocabSize }) {
            throw .invalidRequest(
                param: "input_ids", message: "token id \(outside) is outside the vocabulary (0 to \(vocabSize - 1))")
        }
    }

    private func step(
        _ tokenIDs: ArraySlice<Int32>, from start: Int, wantsAllRows: Bool
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

    private static func largest(_ row: UnsafeMutableBufferPointer<Float>) -> Int32 {
        var best = 0
        for column in row.indices where row[column] > row[best] { best = column }
        return Int32(best)
    }
}
