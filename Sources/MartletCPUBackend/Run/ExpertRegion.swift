import CMartletKernels
import MartletModelIR

/// A layer of experts: its router's logits are there, everything else is done by `StepJob+Experts`.
struct ExpertRegion: BitwiseCopyable {
    let source: RowSource
    let routing: MixtureOfExperts.Routing
    /// Added to the scores while experts are chosen, or nil.
    let correction: UnsafePointer<Float>?
    let numExperts: Int
    /// Columns between an expert's two products.
    let width: Int
    /// One of each per expert.
    let gate: UnsafeBufferPointer<LinearWeight>
    let up: UnsafeBufferPointer<LinearWeight>
    let down: UnsafeBufferPointer<LinearWeight>
    /// How the rows, and the rows between the products, are converted.
    let inputs: ExpertInputs
    let innerInputs: ExpertInputs
    /// Columns of the first products, and of the last, in one piece of work.
    let gateStep: Int
    let downStep: Int
    /// Columns of the first products that can be cut off together.
    let gateGroup: Int
    /// Of the gate.
    let activation: UnsafePointer<ck_function>
    /// Added to the result, or nil.
    let addend: UnsafePointer<Float>?
    let out: UnsafeMutablePointer<Float>
    let scratch: UnsafePointer<ExpertScratch>

    var hidden: Int { source.width }
    /// Pieces of one expert's first products.
    var gatePieces: Int { (width + gateStep - 1) / gateStep }
    /// Pieces of one expert's last product.
    var downPieces: Int { (hidden + downStep - 1) / downStep }
    /// Experts that so many rows can choose.
    func mostActive(rows: Int) -> Int { min(numExperts, rows * routing.topK) }
}

/// The forms in which an expert's rows are needed.
struct ExpertInputs: BitwiseCopyable {
    let forms: UnsafeBufferPointer<PreparedInput>
    /// As `LinearRegion.tokenGroup`.
    let tokenGroup: Int
}

/// Memory that all layers of experts use one after the other.
struct ExpertScratch: BitwiseCopyable {
    /// `[rows, experts]` of the router.
    var logits: UnsafeMutablePointer<Float>
    /// `[rows, topK]`: the chosen experts, best first, and how much of each.
    var chosen: UnsafeMutablePointer<Int32>
    var shares: UnsafeMutablePointer<Float>
    /// `[rows, topK]`: where the pair of row and expert stands when they are sorted by expert, then row.
    var places: UnsafeMutablePointer<Int32>
    /// Row of every pair in that order.
    var rows: UnsafeMutablePointer<Int32>
    /// Pairs of every expert, then where its next one goes.
    var counts: UnsafeMutablePointer<Int32>
    /// The experts somebody chose, where the pairs of each begin, and how many they are.
    var active: UnsafeMutablePointer<Int32>
    var starts: UnsafeMutablePointer<Int32>
    var numActive: UnsafeMutablePointer<Int32>
    /// `[pairs, width]` between the products, and `[pairs, hidden]` after them.
    var inner: UnsafeMutablePointer<Float>
    var outputs: UnsafeMutablePointer<Float>
    /// Every thread's own memory: prepared rows, both halves of the gated product, the scores of one row.
    var workers: UnsafeMutableRawPointer
    var bytesPerWorker: Int
    var gateOffset: Int
    var scoresOffset: Int

    func prepared(_ worker: Int) -> UnsafeMutableRawPointer { workers + worker * bytesPerWorker }
    func gate(_ worker: Int) -> UnsafeMutablePointer<Float> {
        (workers + worker * bytesPerWorker + gateOffset).assumingMemoryBound(to: Float.self)
    }
    /// Twice as many numbers as there are experts, and as many again for groups.
    func scores(_ worker: Int) -> UnsafeMutablePointer<Double> {
        (workers + worker * bytesPerWorker + scoresOffset).assumingMemoryBound(to: Double.self)
    }
}
