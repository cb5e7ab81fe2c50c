import CMartletKernels
import MartletModelIR

/// A stretch of work that is complete before the next begins: plain structs with fixed addresses.
enum Region: BitwiseCopyable {
    case begin(UnsafePointer<BeginRegion>)
    case rows(UnsafePointer<RowsRegion>)
    case prepare(UnsafePointer<LinearRegion>)
    case linear(UnsafePointer<LinearRegion>)
    case heads(UnsafePointer<HeadsRegion>)
    case storeKV(UnsafePointer<AttentionRegion>)
    case attend(UnsafePointer<AttentionRegion>)
    case gatedSilu(UnsafePointer<PairRegion>)
    case add(UnsafePointer<PairRegion>)
    case route(UnsafePointer<ExpertRegion>)
    case groupRows(UnsafePointer<ExpertRegion>)
    case expertsIn(UnsafePointer<ExpertRegion>)
    case expertsOut(UnsafePointer<ExpertRegion>)
    case combineExperts(UnsafePointer<ExpertRegion>)
}

/// Rows in memory and what happens to them when they are read.
struct RowSource: BitwiseCopyable {
    let base: UnsafePointer<Float>
    let width: Int
    let domain: RowDomain
    /// Row i is row `logitRows[i]` of `base`.
    let isGathered: Bool
    /// RMSNorm weight, or nil.
    let norm: UnsafePointer<Float>?
    let eps: Float
}

/// Embedding lookups and the step's cosines and sines, which depend on nothing.
struct BeginRegion: BitwiseCopyable {
    let embeddings: UnsafeBufferPointer<Embedding>
    let rotaries: UnsafeBufferPointer<RotaryTable>
}

/// A table read by row where it lies in the file.
struct Embedding: BitwiseCopyable {
    let table: UnsafeRawPointer
    let format: ck_format
    let rowBytes: Int
    let width: Int
    let vocabSize: Int
    let out: UnsafeMutablePointer<Float>
}

/// Cosines and sines of one rotary embedding, `[tokens, pairs]` each, filled at the start of a step.
struct RotaryTable: BitwiseCopyable {
    let frequencies: UnsafeBufferPointer<Float>
    let factor: Float
    let isNeoxStyle: Bool
    let cosines: UnsafeMutablePointer<Float>
    let sines: UnsafeMutablePointer<Float>
}

/// Reads rows, perhaps gathered and normalised, and writes them as they are.
struct RowsRegion: BitwiseCopyable {
    let source: RowSource
    let out: UnsafeMutablePointer<Float>
}

/// A matrix product over concatenated weights.
struct LinearRegion: BitwiseCopyable {
    let source: RowSource
    let weights: UnsafeBufferPointer<LinearWeight>
    let inputs: UnsafeBufferPointer<PreparedInput>
    /// Most rows of the inputs that are interleaved, for `ck_group_width`.
    let tokenGroup: Int
    /// Shares of the output for few rows, where weights stream through once, and for many.
    let fineChunks: UnsafeBufferPointer<LinearChunk>
    let coarseChunks: UnsafeBufferPointer<LinearChunk>
    let epilogue: Epilogue
    let out: UnsafeMutablePointer<Float>
    let outWidth: Int

    /// What happens to the output while it is in the cache.
    enum Epilogue: BitwiseCopyable {
        case none
        case add(UnsafePointer<Float>)
        case gatedSilu
    }
}

/// One of the weights of a linear region.
struct LinearWeight: BitwiseCopyable {
    let plan: ck_plan
    let data: UnsafeRawPointer
    let bias: UnsafePointer<Float>?
    /// First column of its output.
    let column: Int
    /// Index into `LinearRegion.inputs`.
    let input: Int
}

/// Rows converted for the product: one copy for all threads, or one per thread when there are few rows.
struct PreparedInput: BitwiseCopyable {
    let activation: ck_activation
    let shared: UnsafeMutableRawPointer
    /// Where in the thread's own memory its copy lies.
    let ownOffset: Int
}

/// Outputs [start, end) of one weight; of both weights for a gated product.
struct LinearChunk: BitwiseCopyable {
    let weight: Int32
    let start: Int32
    let end: Int32
}

/// One operation on the heads of a merged row.
enum HeadOp: BitwiseCopyable {
    case norm(query: UnsafePointer<Float>, key: UnsafePointer<Float>, eps: Float)
    case rotate(UnsafePointer<RotaryTable>)
}

/// Shape of a merged `[q | k | v]` row.
struct HeadShape: BitwiseCopyable {
    let numHeads: Int
    let numKVHeads: Int
    let headDim: Int

    init(_ spec: AttentionSpec) {
        numHeads = spec.numHeads
        numKVHeads = spec.numKVHeads
        headDim = spec.headDim
    }

    var rowWidth: Int { (numHeads + 2 * numKVHeads) * headDim }
    var headsPerKVHead: Int { numHeads / numKVHeads }
}

/// A head operation that cannot join its attention: copies the rows, then changes the copy.
struct HeadsRegion: BitwiseCopyable {
    let input: UnsafePointer<Float>
    let shape: HeadShape
    let op: HeadOp
    let out: UnsafeMutablePointer<Float>
}

/// Attention with the head operations before it.
struct AttentionRegion: BitwiseCopyable {
    let qkv: UnsafeMutablePointer<Float>
    let shape: HeadShape
    let ops: UnsafeBufferPointer<HeadOp>
    let layer: Int
    let scale: Float
    let window: Int
    let out: UnsafeMutablePointer<Float>
}

/// Two inputs, or two halves of one, and an output.
struct PairRegion: BitwiseCopyable {
    let first: UnsafePointer<Float>
    let second: UnsafePointer<Float>
    let out: UnsafeMutablePointer<Float>
    /// Columns of the output.
    let width: Int
    let domain: RowDomain
}
