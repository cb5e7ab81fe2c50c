import MartletModelIR

/// A program ready to run.
struct Plan {
    let regions: UnsafeBufferPointer<Region>
    let output: UnsafeMutablePointer<Float>
    let outputWidth: Int
    let outputDomain: RowDomain
    /// Every attention's layer and shape, to be compared with the cache.
    let attentions: [AttentionSpec]
    /// Every cross attention and every store of what it reads.
    let crossAttentions: [CrossAttentionSpec]
    /// What positions must stay below that are stored for cross attention; nil where none are.
    let numCrossPositions: Int?
    /// What token ids, positions and token types may be.
    let tables: [EmbeddingBounds]
    /// The batch must bring features.
    let readsFeatures: Bool
    /// Tokens of one request whose queries are worked on together.
    let queryTile: Int
    /// What each region is called in a profile.
    let labels: [RegionTimer.Label]
    /// Where each thread's own memory begins and how it is divided.
    let scratch: WorkerScratch
    let storage: PlanStorage

    /// Whether tokens have keys and values in the blocks of the cache.
    var usesBlocks: Bool { attentions.contains(where: \.isCausal) }

    /// Whether tokens see those after them, so that a request's tokens must all be there.
    var seesAhead: Bool { attentions.contains { !$0.isCausal } }
}

/// Rows of an embedding table, to be compared with what the tokens ask for.
struct EmbeddingBounds {
    let name: String
    let index: EmbeddingIndex
    let rows: Int
}

/// Every thread's own memory.
struct WorkerScratch: BitwiseCopyable {
    /// Rows up to this many are prepared by every thread for itself, which saves a region.
    static let maxOwnRows = 4

    var base: UnsafeMutableRawPointer
    var bytesPerWorker: Int
    /// Normalised rows, at offset 0.
    var rowsBytes: Int
    /// Own prepared inputs.
    var preparedBytes: Int
    /// Both halves of a gated product.
    var gateBytes: Int
    /// Scratch of the attention kernel.
    var attentionBytes: Int
    /// What other regions need.
    var ownBytes: Int

    func rows(_ worker: Int) -> UnsafeMutablePointer<Float> {
        (base + worker * bytesPerWorker).assumingMemoryBound(to: Float.self)
    }
    func prepared(_ worker: Int) -> UnsafeMutableRawPointer { base + worker * bytesPerWorker + rowsBytes }
    func gate(_ worker: Int) -> UnsafeMutablePointer<Float> {
        (prepared(worker) + preparedBytes).assumingMemoryBound(to: Float.self)
    }
    func attention(_ worker: Int) -> UnsafeMutableRawPointer { prepared(worker) + preparedBytes + gateBytes }
    func own(_ worker: Int) -> UnsafeMutableRawPointer { attention(worker) + attentionBytes }
}
