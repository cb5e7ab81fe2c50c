import CMartletKernels
import MartletModelIR

/// Embedding lookups, what the batch brings, and the step's cosines and sines, which depend on nothing.
struct BeginRegion: BitwiseCopyable {
    let embeddings: UnsafeBufferPointer<Embedding>
    let features: UnsafeBufferPointer<Features>
    let rotaries: UnsafeBufferPointer<RotaryTable>
}

/// A table read by row where it lies in the file.
struct Embedding: BitwiseCopyable {
    /// What is looked up.
    enum Index: BitwiseCopyable {
        case tokenID
        /// The position plus this.
        case position(Int)
        case tokenType
    }

    let table: UnsafeRawPointer
    let index: Index
    let format: ck_format
    /// Factors that lie apart, or nil.
    let scales: WeightScales?
    let rowBytes: Int
    let width: Int
    /// Maps the row, or nil.
    let function: UnsafePointer<ck_function>?
    let out: UnsafeMutablePointer<Float>
}

/// A copy of the rows that the batch brings.
struct Features: BitwiseCopyable {
    let width: Int
    let rowsPerToken: Int
    let out: UnsafeMutablePointer<Float>
}

/// Cosines and sines of one rotary embedding, `[tokens, pairs]` each, filled at the start of a step.
struct RotaryTable: BitwiseCopyable {
    let frequencies: UnsafeBufferPointer<Float>
    let factor: Float
    /// What requests take instead that ask for it, or nil.
    let longFrequencies: UnsafePointer<Float>?
    let longFactor: Float
    let isNeoxStyle: Bool
    let cosines: UnsafeMutablePointer<Float>
    let sines: UnsafeMutablePointer<Float>
    /// Queries grow by `1 + growth * ln(1 + floor(position / growthPositions))`: `[tokens]`, or nil.
    let growth: Float
    let growthPositions: Int
    let growths: UnsafeMutablePointer<Float>?
}
