public import MartletModelIR

/// Encodes inputs: runs the encoder over them and writes the keys and values of its hidden states to cross slots.
///
/// Engine thread only; allocates nothing after init, but once a buffer when several inputs are encoded together.
public final class EncoderStage {
    /// What a profile calls the time of the encoder.
    public static let encoderEntry = "encoder"
    /// What a profile calls the time of the keys and values of cross attention.
    public static let crossEntry = "cross attention keys and values"

    /// Sizes of the encoder.
    public let shape: EncoderShape

    private let encoder: any Executable
    private let crossAttentionKV: any Executable
    private let maxNumInputs: Int
    private let encoderTimer: PartTimer?
    private let crossTimer: PartTimer?
    /// A request per input, a token per position; both programs read it.
    private let batch: InputBatch
    /// `[inputs, numRows, width]`
    private var gathered: UnsafeMutableBufferPointer<Float>?

    /// A stage over the programs `EntryPoint.encoder` and `EntryPoint.crossAttentionKV`, both compiled with
    /// `EncoderShape.compileOptions`.
    ///
    /// `layout` is that of the cache that `run` writes to, which the decoder reads; `profile` gets the times of both as
    /// the entries `encoderEntry` and `crossEntry`.
    public init(
        encoder: any Executable, crossAttentionKV: any Executable, shape: EncoderShape, layout: KVCacheLayout,
        configuration: EngineConfiguration, profile: StepProfile? = nil
    ) {
        encoderTimer = profile.map { PartTimer($0, Self.encoderEntry) }
        crossTimer = profile.map { PartTimer($0, Self.crossEntry) }
        self.encoder = encoder
        self.crossAttentionKV = crossAttentionKV
        self.shape = shape
        maxNumInputs = configuration.maxNumEncoderInputs
        let maxTokens = shape.numPositions * maxNumInputs
        // Backends check block tables; the tokens of an encoder have none, and zeros stand for them.
        batch = InputBatch(
            maxTokens: maxTokens, maxRequests: maxNumInputs,
            maxBlocksPerRequest: (shape.numPositions + layout.blockSize - 1) / layout.blockSize,
            maxLogitRows: maxTokens, numGroups: max(layout.groups.count, 1))
        for token in 0..<maxTokens {
            batch.positions[token] = Int32(token % shape.numPositions)
            batch.logitRows[token] = Int32(token)
        }
        for request in 0..<maxNumInputs {
            batch.queryStartLoc[request + 1] = Int32((request + 1) * shape.numPositions)
            batch.seqLens[request] = Int32(shape.numPositions)
        }
    }

    deinit { gathered?.deallocate() }

    /// Encodes the inputs of `runs`, at most `EngineConfiguration.maxNumEncoderInputs`, into their slots of `kvCache`.
    ///
    /// **Throws** what the backend throws; the slots are then of no use.
    func run(_ runs: [EncoderRun], kvCache: any KVCacheStorage) throws(EngineError) {
        guard let first = runs.first else { return }
        guard runs.count <= maxNumInputs else {
            throw .backend("\(runs.count) inputs for the encoder in a step, at most \(maxNumInputs) are expected")
        }
        let size = shape.numRows * shape.width
        if let other = runs.first(where: { $0.input.elements.count != size }) {
            throw .backend("an input of \(other.input.elements.count) elements for an encoder that reads \(size)")
        }
        batch.numRequests = runs.count
        batch.numTokens = runs.count * shape.numPositions
        batch.numLogitRows = batch.numTokens
        for (request, run) in runs.enumerated() { batch.crossSlots[request] = run.slot }
        do throws(BackendError) {
            if runs.count == 1 {
                try first.input.elements.withUnsafeBufferPointer { (features) throws(BackendError) in
                    try run(features, kvCache)
                }
            } else {
                try run(gather(runs), kvCache)
            }
        } catch {
            throw .backend(error.description)
        }
    }

    private func run(
        _ features: UnsafeBufferPointer<Float>, _ kvCache: any KVCacheStorage
    ) throws(BackendError) {
        defer { batch.features = nil }
        batch.features = features.baseAddress
        let start = encoderTimer?.start()
        try encoder.submit(batch, kvCache: kvCache)
        let hidden = try encoder.collect()
        if let start { encoderTimer?.finish(since: start) }
        guard hidden.numRows == batch.numTokens else {
            throw BackendError(
                backend: "encoder", message: "gave \(hidden.numRows) rows for \(batch.numTokens) positions")
        }
        batch.features = UnsafePointer(hidden.base)
        let crossStart = crossTimer?.start()
        try crossAttentionKV.submit(batch, kvCache: kvCache)
        _ = try crossAttentionKV.collect()
        if let crossStart { crossTimer?.finish(since: crossStart) }
    }

    private func gather(_ runs: [EncoderRun]) -> UnsafeBufferPointer<Float> {
        let size = shape.numRows * shape.width
        let buffer = gathered ?? .allocate(capacity: maxNumInputs * size)
        gathered = buffer
        for (index, run) in runs.enumerated() {
            run.input.elements.withUnsafeBufferPointer { elements in
                guard let source = elements.baseAddress, let target = buffer.baseAddress else { return }
                (target + index * size).update(from: source, count: size)
            }
        }
        return UnsafeBufferPointer(rebasing: buffer[..<(runs.count * size)])
    }
}
