public import MartletModelIR

/// Computes hidden states of whole sequences, several in one step; one thread at a time.
///
/// Cache blocks are handed out anew in every step: nothing of a sequence is kept when it is done.
public final class SequenceRunner {
    /// Columns of a hidden state.
    public var width: Int { executable.outputWidth }
    /// Rows of the embedding table.
    public let vocabSize: Int
    /// Most tokens of one sequence.
    public let maxModelLen: Int
    /// Most tokens of one step.
    public var maxNumBatchedTokens: Int { batch.maxTokens }
    /// Most sequences of one step.
    public var maxNumSeqs: Int { batch.maxRequests }

    private let executable: any Executable
    private let kvCache: any KVCacheStorage
    private let batch: InputBatch
    private let blockSize: Int
    /// Requests beyond this take the long variant of rotary embeddings (longrope).
    private let longRotaryLength: Int?

    /// A part of a sequence in a step.
    private struct Chunk {
        var index: Int
        var tokens: Range<Int>
    }

    /// A runner for steps within `configuration`, for which `program` must have been compiled with as many rows as
    /// tokens.
    public init(
        program: Program, executable: any Executable, kvCache: any KVCacheStorage, vocabSize: Int,
        configuration: PoolingConfiguration
    ) {
        self.executable = executable
        self.kvCache = kvCache
        self.vocabSize = vocabSize
        maxModelLen = configuration.maxModelLen
        blockSize = configuration.blockSize
        longRotaryLength =
            program.nodes.lazy.compactMap { node in
                if case .rotary(_, let rotary, _) = node.op { rotary.long?.length } else { nil }
            }.first
        batch = InputBatch(
            maxTokens: configuration.maxNumBatchedTokens, maxRequests: configuration.maxNumSeqs,
            maxBlocksPerRequest: configuration.maxBlocksPerRequest, maxLogitRows: configuration.maxNumBatchedTokens,
            numGroups: max(kvCache.layout.groups.count, 1))
    }

    /// Runs the sequences, which must fit one step, or one that is longer and causal, in pieces.
    ///
    /// `onRow` gets the wanted hidden states of every sequence in order of their tokens. **Throws** what the backend
    /// throws.
    func run(
        _ requests: [PoolingRequest],
        onRow: (_ request: Int, _ position: Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) throws(EngineError) {
        guard requests.count == 1, requests[0].tokenIDs.count > batch.maxTokens else {
            return try step(
                requests, requests.indices.map { Chunk(index: $0, tokens: requests[$0].tokenIDs.indices) }, onRow)
        }
        let count = requests[0].tokenIDs.count
        for start in stride(from: 0, to: count, by: batch.maxTokens) {
            try step(requests, [Chunk(index: 0, tokens: start..<min(start + batch.maxTokens, count))], onRow)
        }
    }

    /// The hidden states of all tokens of a sequence: `[tokens, width]`, row-major.
    ///
    /// **Throws** what the backend throws.
    public func hiddenStates(of tokenIDs: [Int32]) throws(EngineError) -> [Float] {
        var rows: [Float] = []
        try run([PoolingRequest(tokenIDs: tokenIDs, poolings: [.mean])]) { _, _, row in rows += row }
        return rows
    }

    private func step(
        _ requests: [PoolingRequest], _ chunks: [Chunk],
        _ onRow: (_ request: Int, _ position: Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) throws(EngineError) {
        let wanted = fill(requests, chunks)
        do throws(BackendError) {
            try executable.submit(batch, kvCache: kvCache)
            let rows = try executable.collect()
            for (row, place) in wanted.enumerated() { onRow(place.request, place.position, rows[row]) }
        } catch {
            throw .backend(error.description)
        }
    }

    /// Fills the batch; gives the place of every wanted row.
    private func fill(_ requests: [PoolingRequest], _ chunks: [Chunk]) -> [(request: Int, position: Int)] {
        var wanted: [(request: Int, position: Int)] = []
        var token = 0
        var firstBlock = 0
        for (row, chunk) in chunks.enumerated() {
            let request = requests[chunk.index]
            let numBlocks = (chunk.tokens.upperBound + blockSize - 1) / blockSize
            let wantedTokens = request.wantedTokens
            for group in 0..<batch.numGroups {
                let table = batch.blockTables(group: group) + row * batch.maxBlocksPerRequest
                for block in 0..<numBlocks { table[block] = Int32(firstBlock + block) }
            }
            batch.queryStartLoc[row] = Int32(token)
            batch.seqLens[row] = Int32(chunk.tokens.upperBound)
            batch.stateSlots[row] = Int32(row)
            let isLong = longRotaryLength.map { request.tokenIDs.count > $0 } ?? false
            batch.usesLongRotary[row] = isLong ? 1 : 0
            for position in chunk.tokens {
                batch.tokenIDs[token] = request.tokenIDs[position]
                batch.tokenTypes[token] = request.tokenTypes.isEmpty ? 0 : request.tokenTypes[position]
                batch.positions[token] = Int32(position)
                for group in 0..<batch.numGroups {
                    batch.slotMapping(group: group)[token] = Int32(firstBlock * blockSize + position)
                }
                if wantedTokens.contains(position) {
                    batch.logitRows[wanted.count] = Int32(token)
                    wanted.append((chunk.index, position))
                }
                token += 1
            }
            firstBlock += numBlocks
        }
        batch.queryStartLoc[chunks.count] = Int32(token)
        batch.numTokens = token
        batch.numRequests = chunks.count
        batch.numLogitRows = wanted.count
        return wanted
    }
}
