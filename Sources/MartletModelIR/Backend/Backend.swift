/// The hardware seam: compiles programs, owns cache bytes, samples.
public protocol Backend: Sendable {
    /// Name as `--backend` spells it: `cpu`, `reference`.
    static var name: String { get }

    /// Turns a program into something that runs on batches of at most the given size.
    ///
    /// **Throws** when a weight is missing, has another shape, or a format the backend lacks.
    func compile(
        _ program: Program, weights: any WeightSource, options: CompileOptions
    ) throws(BackendError) -> any Executable

    /// Allocates the paged cache and the states of all layers.
    func makeKVCache(_ layout: KVCacheLayout, dtype: KVCacheDType) throws(BackendError) -> any KVCacheStorage

    /// A sampler for rows of `vocabSize` logits.
    func makeSampler(vocabSize: Int) -> any Sampler
}

/// A compiled program. Lives and dies on the engine thread; allocates nothing after `compile`.
public protocol Executable: AnyObject {
    /// Columns of the output.
    var outputWidth: Int { get }

    /// Starts one step over the batch, writing keys and values of its tokens to `kvCache`.
    func submit(_ batch: InputBatch, kvCache: any KVCacheStorage) throws(BackendError)

    /// Waits for the step and gives its logits, valid until the next `submit`.
    func collect() throws(BackendError) -> LogitsView
}

/// The bytes of the paged KV cache and of recurrent states; which of them belong to whom is the engine's business.
public protocol KVCacheStorage: AnyObject {
    /// Groups, blocks and slots.
    var layout: KVCacheLayout { get }

    /// Copies the states of all recurrent layers from one slot to another; never while a step runs.
    func copyState(from source: Int, to target: Int)
}

/// How keys and values are stored.
public enum KVCacheDType: String, Hashable, Sendable, CaseIterable {
    case float32
    case bfloat16
    /// Signed bytes with one float scale per token and head.
    case int8

    /// Bytes of one token's keys and values in a layer, scales included.
    public func bytesPerToken(_ spec: AttentionSpec) -> Int { 2 * spec.numKVHeads * bytesPerHead(spec.headDim) }

    /// Bytes of a key or value of so many columns, scales included.
    func bytesPerHead(_ width: Int) -> Int {
        switch self {
        case .float32: 4 * width
        case .bfloat16: 2 * width
        case .int8: width + 4
        }
    }
}

/// Sizes and choices fixed when a program is compiled.
public struct CompileOptions: Sendable {
    /// Most tokens of one step.
    public var maxNumBatchedTokens: Int
    /// Most requests of one step.
    public var maxNumSeqs: Int
    /// Most rows of one step whose logits are wanted.
    public var maxLogitRows: Int
    /// Most tokens of one request.
    public var maxModelLen: Int
    /// True: all arithmetic in float32, for comparing with other implementations; false: the fastest exact-enough kernels.
    public var float32Arithmetic: Bool
    /// True: matrices stored as float32 or float16 are multiplied as bfloat16 where the backend is faster so, which halves
    /// their bytes; quantised ones stay as they are. No effect beside `float32Arithmetic`.
    public var halfPrecision = false
    /// Takes the time of every step's parts; nil: nobody looks.
    public var profile: StepProfile?

    /// Options for steps of the given size.
    public init(
        maxNumBatchedTokens: Int, maxNumSeqs: Int, maxLogitRows: Int, maxModelLen: Int, float32Arithmetic: Bool = false
    ) {
        self.maxNumBatchedTokens = maxNumBatchedTokens
        self.maxNumSeqs = maxNumSeqs
        self.maxLogitRows = maxLogitRows
        self.maxModelLen = maxModelLen
        self.float32Arithmetic = float32Arithmetic
    }
}

/// Why a backend cannot do what was asked.
public struct BackendError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The backend's name.
    public var backend: String
    /// What is wrong, where, and what would be accepted.
    public var message: String

    /// An error of the backend called `backend`.
    public init(backend: String, message: String) {
        self.backend = backend
        self.message = message
    }

    /// Backend and message.
    public var description: String { "\(backend) backend: \(message)" }
}

/// Rows of float32 logits, valid until the next step.
public struct LogitsView {
    /// `[numRows, vocabSize]`, row-major; samplers may overwrite it.
    public let base: UnsafeMutablePointer<Float>
    /// Rows, in the order of `InputBatch.logitRows`.
    public let numRows: Int
    /// Columns.
    public let vocabSize: Int

    /// A view of `numRows` rows at `base`.
    public init(base: UnsafeMutablePointer<Float>, numRows: Int, vocabSize: Int) {
        self.base = base
        self.numRows = numRows
        self.vocabSize = vocabSize
    }

    /// One row.
    public subscript(row: Int) -> UnsafeMutableBufferPointer<Float> {
        precondition(row >= 0 && row < numRows)
        return UnsafeMutableBufferPointer(start: base + row * vocabSize, count: vocabSize)
    }
}
