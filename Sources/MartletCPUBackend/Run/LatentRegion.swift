import CMartletKernels

/// Both ends of a latent attention: queries into the latent space, results out of it as values.
struct LatentRegion: BitwiseCopyable {
    /// Tokens whose products with a head's weights are worked out together.
    static let rowsPerChunk = 32

    /// `[tokens, heads * (nopeDim + ropeDim)]`.
    let query: UnsafePointer<Float>
    /// `[tokens, latentDim]`.
    let latent: UnsafePointer<Float>
    /// `[tokens, ropeDim]`.
    let ropeKey: UnsafePointer<Float>
    let numHeads: Int
    let nopeDim: Int
    let ropeDim: Int
    let valueDim: Int
    let latentDim: Int
    let layer: Int
    let rotary: UnsafePointer<RotaryTable>
    /// `[latentDim, nopeDim]` of each head.
    let keyUp: HeadMatrices
    /// `[valueDim, latentDim]` of each head.
    let valueUp: HeadMatrices
    /// `[tokens, heads * cachedWidth]`.
    let queries: UnsafeMutablePointer<Float>
    /// `[tokens, heads * latentDim]`.
    let results: UnsafeMutablePointer<Float>
    /// `[tokens, heads * valueDim]`.
    let out: UnsafeMutablePointer<Float>

    var cachedWidth: Int { latentDim + ropeDim }
}

/// Matrices of one shape, one for each head.
struct HeadMatrices: BitwiseCopyable {
    let plan: UnsafePointer<ck_plan>
    let data: UnsafeMutableRawPointer
    let headBytes: Int
}
