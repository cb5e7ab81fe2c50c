import CMartletKernels

/// Rows in memory and what happens to them when they are read.
struct RowSource: BitwiseCopyable {
    let base: UnsafePointer<Float>
    let width: Int
    let domain: RowDomain
    /// Row i is row `logitRows[i]` of `base`.
    let isGathered: Bool
    /// Row i is several rows of `base` side by side.
    let unfold: UnsafePointer<RowUnfold>?
    let norm: UnsafePointer<RowNorm>?
}

/// The rows around each row side by side, see `Unfold`.
struct RowUnfold: BitwiseCopyable {
    let inputWidth: Int
    /// Of the input.
    let rowsPerToken: Int
    let kernelSize: Int
    let stride: Int
    let padding: Int
}

/// A norm of rows, group by group.
struct RowNorm: BitwiseCopyable {
    /// LayerNorm, else RMSNorm.
    let isLayerNorm: Bool
    let width: Int
    let groupSize: Int
    let factors: UnsafePointer<Float>
    /// From one group's factors to the next one's; 0 if they share them.
    let factorStride: Int
    let biases: UnsafePointer<Float>?
    let biasStride: Int
    let eps: Float
}

/// Reads rows, perhaps gathered and normalised, and writes them as they are or added to others.
struct RowsRegion: BitwiseCopyable {
    let source: RowSource
    let addend: UnsafePointer<Float>?
    let out: UnsafeMutablePointer<Float>
}

/// A function of the elements of rows, or of their first halves, which multiply their second halves then.
struct MapRegion: BitwiseCopyable {
    let function: ck_function
    let first: UnsafePointer<Float>
    let second: UnsafePointer<Float>
    let out: UnsafeMutablePointer<Float>
    /// Columns of the output.
    let width: Int
    let domain: RowDomain
}

/// Two inputs and an output.
struct PairRegion: BitwiseCopyable {
    let first: UnsafePointer<Float>
    let second: UnsafePointer<Float>
    let out: UnsafeMutablePointer<Float>
    /// Columns of the output.
    let width: Int
    /// Columns of the second input: as many, or 1.
    let secondWidth: Int
    let domain: RowDomain
}
