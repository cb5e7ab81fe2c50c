import CMartletKernels

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
    /// While the output is in the cache, the first half of it, through this function, is multiplied with the second; ...
    let gate: UnsafePointer<ck_function>?
    /// ... then every element goes through these functions; ...
    let functions: UnsafeBufferPointer<ck_function>
    /// ... then this is added.
    let addend: UnsafePointer<Float>?
    let out: UnsafeMutablePointer<Float>
    let outWidth: Int
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
