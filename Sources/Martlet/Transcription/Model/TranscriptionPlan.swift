import MartletEngine
import MartletModelIR
import MartletWeights

/// How many windows are decoded at a time, and what that takes.
struct TranscriptionPlan: Hashable {
    /// Texts decoded at a time, each with a cache of full length.
    var numSeqs: Int
    /// Windows they may be of, each with a slot for its encoder's keys and values.
    var numCrossSlots: Int
    var maxModelLen: Int
    var blockSize: Int
    /// Bytes of one window's slot.
    var bytesPerSlot: Int
    /// Bytes of one window's slot and cache.
    var bytesPerSequence: Int

    /// Bytes of all slots and caches.
    var bytes: Int { bytesPerSlot * numCrossSlots + (bytesPerSequence - bytesPerSlot) * numSeqs }
    var numBlocks: Int { (maxModelLen - 1) / blockSize + 1 }

    /// What a plan is made from.
    struct Inputs {
        var specs: [KVCacheSpec]
        var dtype: KVCacheDType
        var blockSize: Int
        /// `--max-model-len`, or nil for the model's own.
        var requestedMaxModelLen: Int?
        /// Positions of the decoder.
        var modelMaxLen: Int
        var maxNumSeqs: Int
        /// Windows there can be at a time.
        var maxNumWindows = Int.max
        /// `--kv-cache-memory-bytes`.
        var requestedBytes: Int?
        /// Memory the process may still take, weights already counted.
        var availableBytes: Int
    }

    /// Share of the available memory the caches take unasked.
    private static let usualShare = 0.25
    /// Share they may take where one window needs it.
    private static let largestShare = 0.6

    /// As many windows as are asked for and fit.
    ///
    /// **Throws** as `init(_:)`.
    init(
        _ programs: TranscriptionPrograms, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration
    ) throws(LLMError) {
        let transcription = configuration.transcription
        let windows = transcription.maxConcurrentFiles?.times(transcription.maxConcurrentWindows)
        try self.init(
            Inputs(
                specs: programs.model.kvCacheSpecs, dtype: configuration.effectiveKVCacheDType,
                blockSize: configuration.blockSize, requestedMaxModelLen: configuration.maxModelLen,
                modelMaxLen: programs.model.maxPositionEmbeddings, maxNumSeqs: configuration.maxNumSeqs,
                maxNumWindows: windows ?? .max, requestedBytes: configuration.kvCacheMemoryBytes,
                availableBytes: max(SystemMemory.availableBytes() - opened.checkpoint.totalBytes, 0)))
    }

    /// As many windows as are asked for and fit.
    ///
    /// **Throws** `cannotLoad` with the numbers where not even one does.
    init(_ inputs: Inputs) throws(LLMError) {
        if let asked = inputs.requestedMaxModelLen, asked > inputs.modelMaxLen {
            throw .cannotLoad(
                "--max-model-len \(asked) is more than the \(inputs.modelMaxLen) positions of the decoder")
        }
        maxModelLen = inputs.requestedMaxModelLen ?? inputs.modelMaxLen
        blockSize = inputs.blockSize
        guard maxModelLen >= 1, blockSize >= 1, inputs.maxNumSeqs >= 1 else {
            throw .cannotLoad("--max-model-len, --block-size and --max-num-seqs must be at least 1")
        }
        let slot = inputs.specs.reduce(0) { $0.plus(inputs.dtype.bytesPerCrossSlot($1)) }
        bytesPerSlot = slot
        let token = inputs.specs.reduce(0) { $0.plus(inputs.dtype.bytesPerToken($1)) }
        let numBlocks = (maxModelLen - 1) / blockSize + 1
        bytesPerSequence = slot.plus(token.times(numBlocks.times(blockSize)))
        let usual = Int(Double(inputs.availableBytes) * Self.usualShare)
        let largest = Int(Double(inputs.availableBytes) * Self.largestShare)
        let budget = inputs.requestedBytes ?? max(usual, min(bytesPerSequence, largest))
        numSeqs = min(inputs.maxNumSeqs, budget / max(bytesPerSequence, 1))
        numCrossSlots = min(numSeqs, max(inputs.maxNumWindows, 1))
        guard numSeqs >= 1 else {
            let offered =
                inputs.requestedBytes.map { "--kv-cache-memory-bytes is \(ByteCount($0))" }
                ?? "\(ByteCount(inputs.availableBytes)) of memory are available"
            throw .cannotLoad(
                "one window needs \(ByteCount(slot)) for what the encoder makes of it and "
                    + "\(ByteCount(bytesPerSequence - slot)) for its text, but \(offered)")
        }
    }

    /// The engine's limits.
    ///
    /// **Throws** `cannotLoad` for a configuration it does not take.
    func engineConfiguration(_ configuration: LLMConfiguration) throws(LLMError) -> EngineConfiguration {
        var engine = EngineConfiguration(maxModelLen: maxModelLen, numBlocks: numBlocks * numSeqs)
        engine.maxNumSeqs = numSeqs
        engine.numCrossSlots = numCrossSlots
        engine.enablePrefixCaching = false
        try engine.adopt(configuration)
        return engine
    }
}
