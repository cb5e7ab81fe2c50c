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
    /// How many rows are cut.
    let parts: RowParts
}

/// Parts of many rows, each of which stays in a core's second-level cache while it meets all weights.
///
/// They pay where the weights are few: all of them are read again for every part, instead of all rows for every piece of
/// the weights. Every sum is the same, so the parts change no bit.
struct RowParts: BitwiseCopyable {
    /// A multiple of all group widths that the kernels know.
    private static let unit = 48
    /// In so many rows and more all groups have their full width, wherever the rows end.
    private static let fewest = 144
    private static let cacheBytes = 512 * 1024

    /// Of all weights together.
    let weightBytes: Int
    /// Of a prepared row.
    let rowBytes: Int
    /// Pieces of the weights.
    let numChunks: Int
    /// False where rows lie in several forms or in groups of unknown widths.
    let isPossible: Bool

    init(weightBytes: Int, rowBytes: Int, numChunks: Int, numForms: Int, tokenGroup: Int) {
        self.weightBytes = weightBytes
        self.rowBytes = rowBytes
        self.numChunks = numChunks
        isPossible = numForms == 1 && Self.unit % tokenGroup == 0
    }

    /// Rows of each part but the last, which has as many or somewhat more; all rows if they are not cut.
    func rowsPerPart(of rows: Int) -> Int {
        let fitting = max(Self.cacheBytes / max(rowBytes, 1) / Self.unit * Self.unit, Self.fewest)
        let isWorthIt =
            weightBytes <= 8 << 20 && 3 * weightBytes * (rows / fitting) < 2 * rowBytes * rows * numChunks
        return isPossible && rows >= 2 * fitting && isWorthIt ? fitting : rows
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
