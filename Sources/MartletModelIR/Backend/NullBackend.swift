/// Does nothing and gives zero logits: shows what everything but the arithmetic costs.
public struct NullBackend: Backend {
    /// `null`.
    public static let name = "null"

    /// A null backend; it has no settings.
    public init() {}

    /// Notes the width of the output; weights are not looked at.
    public func compile(
        _ program: Program, weights: any WeightSource, options: CompileOptions
    ) throws(BackendError) -> any Executable {
        NullExecutable(
            outputWidth: program.nodes[program.output.id].width, maxLogitRows: options.maxLogitRows)
    }

    /// A cache without bytes.
    public func makeKVCache(
        _ layout: KVCacheLayout, dtype: KVCacheDType
    ) throws(BackendError) -> any KVCacheStorage {
        NullKVCache(layout: layout)
    }

    /// The sampler in plain Swift.
    public func makeSampler(vocabSize: Int) -> any Sampler { ReferenceSampler() }
}

private final class NullKVCache: KVCacheStorage {
    let layout: KVCacheLayout

    init(layout: KVCacheLayout) { self.layout = layout }

    func copyState(from source: Int, to target: Int) {}
}

private final class NullExecutable: Executable {
    let outputWidth: Int
    private let logits: UnsafeMutablePointer<Float>
    private let count: Int
    private let maxLogitRows: Int
    private var numLogitRows = 0

    init(outputWidth: Int, maxLogitRows: Int) {
        self.outputWidth = outputWidth
        self.maxLogitRows = maxLogitRows
        count = max(outputWidth * maxLogitRows, 1)
        logits = .allocate(capacity: count)
        logits.initialize(repeating: 0, count: count)
    }

    deinit { logits.deallocate() }

    func submit(_ batch: InputBatch, kvCache: any KVCacheStorage) throws(BackendError) {
        guard batch.numLogitRows <= maxLogitRows else {
            throw BackendError(
                backend: NullBackend.name,
                message: "\(batch.numLogitRows) rows of logits, compiled for \(maxLogitRows)")
        }
        numLogitRows = batch.numLogitRows
        // Samplers may have overwritten them.
        logits.update(repeating: 0, count: numLogitRows * outputWidth)
    }

    func collect() throws(BackendError) -> LogitsView {
        LogitsView(base: logits, numRows: numLogitRows, vocabSize: outputWidth)
    }
}
