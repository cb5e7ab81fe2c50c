import MartletEngine
import MartletModelIR

/// A model whose logits depend on every cached token before them, read through the block tables.
///
/// A cache slot holds a hash of its token, its position, and what the slot before it holds, as keys and values of deep
/// layers depend on all earlier tokens. Logits hash all slots of the table. So a wrong block table, a stale block, a
/// token written twice or not at all changes everything that follows.
final class HashExecutable: Executable {
    let outputWidth: Int
    /// Called before each step; what it throws fails the step.
    var onSubmit: (InputBatch) throws(BackendError) -> Void = { _ throws(BackendError) in }
    private let maxLogitRows: Int
    private let logits: UnsafeMutablePointer<Float>
    private var numRows = 0

    init(vocabSize: Int, maxLogitRows: Int) {
        outputWidth = vocabSize
        self.maxLogitRows = maxLogitRows
        logits = .allocate(capacity: vocabSize * maxLogitRows)
        logits.initialize(repeating: 0, count: vocabSize * maxLogitRows)
    }

    deinit { logits.deallocate() }

    func submit(_ batch: InputBatch, kvCache: any KVCacheStorage) throws(BackendError) {
        try onSubmit(batch)
        guard let cache = kvCache as? HashCache else { throw BackendError(backend: "hash", message: "foreign cache") }
        guard batch.numTokens <= batch.maxTokens, batch.numRequests <= batch.maxRequests,
            batch.numLogitRows <= batch.maxLogitRows
        else { throw BackendError(backend: "hash", message: "the batch exceeds its capacity") }
        numRows = batch.numLogitRows
        var row = 0
        for request in 0..<batch.numRequests {
            let table = batch.blockTables() + request * batch.maxBlocksPerRequest
            func slot(_ position: Int) -> Int {
                Int(table[position / cache.blockSize]) * cache.blockSize + position % cache.blockSize
            }
            for token in Int(batch.queryStartLoc[request])..<Int(batch.queryStartLoc[request + 1]) {
                let position = Int(batch.positions[token])
                precondition(slot(position) == Int(batch.slotMapping()[token]), "slot_mapping breaks its contract")
                let before = position == 0 ? 0 : cache.values[slot(position - 1)]
                cache.values[slot(position)] = Self.value(batch.tokenIDs[token], position, before)
                guard row < numRows, Int(batch.logitRows[row]) == token else { continue }
                var state: UInt64 = 0
                for earlier in 0...position { state = Self.fold(state, cache.values[slot(earlier)]) }
                Self.fillLogits(
                    UnsafeMutableBufferPointer(start: logits + row * outputWidth, count: outputWidth), state)
                row += 1
            }
        }
        precondition(row == numRows, "logit_rows are not ascending token indices")
    }

    func collect() throws(BackendError) -> LogitsView {
        LogitsView(base: logits, numRows: numRows, vocabSize: outputWidth)
    }

    static func value(_ token: Int32, _ position: Int, _ before: UInt64) -> UInt64 {
        mix(before &+ UInt64(token) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(position) &* 0xD1B5_4A32_D192_ED03 &+ 1)
    }

    static func fold(_ state: UInt64, _ value: UInt64) -> UInt64 { mix(state &* 31 &+ value) }

    static func fillLogits(_ row: UnsafeMutableBufferPointer<Float>, _ state: UInt64) {
        for index in row.indices { row[index] = Float(mix(state &+ UInt64(index)) >> 40) / Float(1 << 21) - 4 }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = (value ^ (value >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        bits = (bits ^ (bits >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return bits ^ (bits >> 33)
    }
}

/// The cache of `HashExecutable`: one number per slot, garbage at first.
final class HashCache: KVCacheStorage {
    let layout: KVCacheLayout
    var blockSize: Int { layout.blockSize }
    var values: [UInt64]

    init(numBlocks: Int, blockSize: Int) {
        let attention = AttentionSpec(layer: 0, numHeads: 1, numKVHeads: 1, headDim: 1)
        layout = KVCacheLayout([.full(attention)], numBlocks: numBlocks, blockSize: blockSize)
        values = (0..<numBlocks * blockSize).map { 0xDEAD_0000 + UInt64($0) }
    }

    func copyState(from source: Int, to target: Int) {}
}
