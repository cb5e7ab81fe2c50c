import MartletModelIR

/// A causal depthwise convolution.
struct ShortConvRegion: BitwiseCopyable {
    let input: UnsafePointer<Float>
    /// Inputs of a sum.
    let width: Int
    let channels: Int
    /// `[width, channels]`.
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let hasSilu: Bool
    let state: StateRef
    let out: UnsafeMutablePointer<Float>
}

/// A gated delta rule over merged rows `[q | k | v]` and gates `[b | a]`.
struct DeltaNetRegion: BitwiseCopyable {
    let input: UnsafePointer<Float>
    let gates: UnsafePointer<Float>
    let numKeyHeads: Int
    let numValueHeads: Int
    let keyDim: Int
    let valueDim: Int
    /// Per value head.
    let negativeA: UnsafePointer<Float>
    let dtBias: UnsafePointer<Float>
    let state: StateRef
    let out: UnsafeMutablePointer<Float>
}

/// Mamba-2's state space over merged rows `[x | B | C]`.
struct Mamba2Region: BitwiseCopyable {
    let input: UnsafePointer<Float>
    let timeStep: UnsafePointer<Float>
    let numHeads: Int
    let headDim: Int
    let numGroups: Int
    let stateDim: Int
    /// Per head.
    let negativeA: UnsafePointer<Float>
    let d: UnsafePointer<Float>
    let dtBias: UnsafePointer<Float>
    let minTimeStep: Float
    let maxTimeStep: Float
    let state: StateRef
    let out: UnsafeMutablePointer<Float>
}
