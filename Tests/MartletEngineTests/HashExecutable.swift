import MartletEngine
import MartletModelIR

/// What the hash model keeps: which groups of slots, and whether a state.
struct HashModel {
    /// One entry per group of the cache: nil reads all tokens, otherwise a window.
    var windows: [Int?] = [nil]
    var hasState = false
    var longRotaryLength: Int?

    /// The logits after the last of `tokens`, all computed from the definition.
    func logits(_ tokens: ArraySlice<Int32>, isLong: Bool, vocabSize: Int) -> [Float] {
        var values = [[UInt64]](repeating: [], count: windows.count)
        var state: UInt64 = 0
        var result: UInt64 = 0
        for (position, token) in tokens.enumerated() {
            if hasState { state = Self.nextState(state, token, isLong: isLong) }
            result = Self.row(
                windows, token, position, isLong: isLong, state: hasState ? state : 0,
                read: { values[$0][$1] }, write: { values[$0].append($1) })
        }
        var row = [Float](repeating: 0, count: vocabSize)
        row.withUnsafeMutableBufferPointer { Self.fillLogits($0, result) }
        return row
    }

    /// Writes one token's values, each made from what its group may read and from the state, and folds all together.
    static func row(
        _ windows: [Int?], _ token: Int32, _ position: Int, isLong: Bool, state: UInt64,
        read: (_ group: Int, _ position: Int) -> UInt64, write: (_ group: Int, UInt64) -> Void
    ) -> UInt64 {
        var result = state
        for (group, window) in windows.enumerated() {
            let first = window.map { max(0, position - $0 + 1) } ?? 0
            // Of all tokens the last one is enough: its value was made from the one before it.
            var value = state &+ UInt64(token) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(position) &* 0xD1B5_4A32_D192_ED03
            for earlier in (window == nil ? max(first, position - 1) : first)..<position {
                value = fold(value, read(group, earlier))
            }
            write(group, fold(value, isLong ? 7 : 1))
            for earlier in first...position { result = fold(result, read(group, earlier)) }
        }
        return result
    }

    static func nextState(_ state: UInt64, _ token: Int32, isLong: Bool) -> UInt64 {
        fold(fold(state, UInt64(token)), isLong ? 7 : 1)
    }

    static func fillLogits(_ row: UnsafeMutableBufferPointer<Float>, _ state: UInt64) {
        for index in row.indices { row[index] = Float(mix(state &+ UInt64(index)) >> 40) / Float(1 << 21) - 4 }
    }

    private static func fold(_ state: UInt64, _ value: UInt64) -> UInt64 { mix(state &* 31 &+ value) }

    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = (value ^ (value >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        bits = (bits ^ (bits >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return bits ^ (bits >> 33)
    }
}

/// A model whose logits depend on every cached token its groups may read, through the block tables, and on a state.
///
/// A cache slot holds a hash of its token, its position, and what slots before it hold, as keys and values of deep
/// layers depend on all earlier tokens. Logits hash all slots that are read. So a wrong block table, a stale block, a
/// token written twice or not at all, or a state of another length changes everything that follows.
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
        for request in 0..<batch.numRequests { run(request, batch, cache, &row) }
        precondition(row == numRows, "logit_rows are not ascending token indices")
    }

    private func run(_ request: Int, _ batch: InputBatch, _ cache: HashCache, _ row: inout Int) {
        func slot(_ group: Int, _ position: Int) -> Int {
            let table = batch.blockTables(group: group) + request * batch.maxBlocksPerRequest
            return Int(table[position / cache.blockSize]) * cache.blockSize + position % cache.blockSize
        }
        let isLong = batch.usesLongRotary[request] != 0
        let stateSlot = Int(batch.stateSlots[request])
        for token in Int(batch.queryStartLoc[request])..<Int(batch.queryStartLoc[request + 1]) {
            let position = Int(batch.positions[token])
            var state: UInt64 = 0
            if cache.layout.isRecurrent {
                state = HashModel.nextState(
                    position == 0 ? 0 : cache.states[stateSlot], batch.tokenIDs[token], isLong: isLong)
                cache.states[stateSlot] = state
            }
            let result = HashModel.row(
                cache.windows, batch.tokenIDs[token], position, isLong: isLong, state: state,
                read: { cache.values[$0][slot($0, $1)] },
                write: { group, value in
                    let slot = slot(group, position)
                    precondition(
                        slot == Int(batch.slotMapping(group: group)[token]), "slot_mapping breaks its contract")
                    cache.values[group][slot] = value
                })
            guard row < numRows, Int(batch.logitRows[row]) == token else { continue }
            HashModel.fillLogits(
                UnsafeMutableBufferPointer(start: logits + row * outputWidth, count: outputWidth), result)
            row += 1
        }
    }

    func collect() throws(BackendError) -> LogitsView {
        LogitsView(base: logits, numRows: numRows, vocabSize: outputWidth)
    }
}

/// The cache of `HashExecutable`: one number per slot of a group and one per state, garbage at first.
final class HashCache: KVCacheStorage {
    let layout: KVCacheLayout
    let windows: [Int?]
    var blockSize: Int { layout.blockSize }
    var values: [[UInt64]]
    var states: [UInt64]

    /// A cache with the blocks of `configuration`.
    init(_ configuration: EngineConfiguration) {
        var attention = AttentionSpec(layer: 0, numHeads: 1, numKVHeads: 1, headDim: 1)
        var specs: [KVCacheSpec] = configuration.hasFullLayers ? [.full(attention)] : []
        for group in configuration.windows {
            attention.slidingWindow = group.window
            specs.append(.slidingWindow(attention))
        }
        if configuration.numStateCheckpoints != nil { specs.append(.recurrent(RecurrentSpec(layer: 0, elements: 1))) }
        layout = configuration.cacheLayout(specs)
        windows = layout.groups.map(\.kind.window)
        values = layout.groups.map { group in
            (0..<group.numBlocks * configuration.blockSize).map { 0xDEAD_0000 + UInt64($0) }
        }
        states = (0..<layout.numStateSlots).map { 0xBEEF_0000 + UInt64($0) }
    }

    /// A cache of full layers only.
    convenience init(numBlocks: Int, blockSize: Int) {
        var configuration = EngineConfiguration(maxModelLen: 2, numBlocks: numBlocks)
        configuration.blockSize = blockSize
        self.init(configuration)
    }

    func copyState(from source: Int, to target: Int) { states[target] = states[source] }
}
