import CMartletKernels
import MartletModelIR

/// Attention to an encoder's positions, or the storing of their keys and values.
struct CrossRegion: BitwiseCopyable {
    /// Queries `[tokens, heads * headDim]`, or rows `[k | v]` to be stored.
    let input: UnsafePointer<Float>
    let layer: Int
    let numHeads: Int
    let headDim: Int
    let numPositions: Int
    let scale: Float
    /// Heads whose weights may be asked for.
    let alignmentHeads: UnsafeBufferPointer<Int32>
    /// Place of the first of them among those of all layers, and how many those are.
    let firstAlignmentHead: Int
    let numAlignmentHeads: Int
    let out: UnsafeMutablePointer<Float>

    var width: Int { numHeads * headDim }

    /// Parts of the positions whose softmax begins anew.
    var numChunks: Int { CrossShares.chunks(numPositions) }
}

/// How the cross attention of a step is cut into pieces: some tokens of one request, for one head, perhaps for a part of
/// the positions.
///
/// The kernels sum chunk by chunk whether the positions are split or not, so the pieces change no bit.
final class CrossShares {
    /// Most tokens of one request whose queries are worked on together.
    static let tileTokens = 64

    let tiles: UnsafeMutableBufferPointer<QueryTile>
    private(set) var numTiles = 0
    private let numThreads: Int
    /// Results of chunks, `[tile and head][chunk]`.
    private let partials: UnsafeMutableRawPointer
    private let itemBytes: Int

    init(_ specs: [CrossAttentionSpec], options: CompileOptions, numThreads: Int) {
        self.numThreads = numThreads
        tiles = .allocate(capacity: options.maxNumBatchedTokens / Self.tileTokens + options.maxNumSeqs + 1)
        let chunkBytes = specs.map { ck_attention_partial_bytes(Int64($0.headDim), Int64(Self.tileTokens)) }.max() ?? 0
        itemBytes = Int(chunkBytes) * (specs.map { Self.chunks($0.numPositions) }.max() ?? 0)
        // Pages become resident when they are first used.
        partials = .allocate(byteCount: max(Self.mostSplit(numThreads) * itemBytes, 1), alignment: 64)
    }

    deinit {
        tiles.deallocate()
        partials.deallocate()
    }

    static func chunks(_ positions: Int) -> Int { (positions + Int(CK_ATTENTION_CHUNK) - 1) / Int(CK_ATTENTION_CHUNK) }

    /// With so many pieces the last ones leave little to wait for.
    private static func mostSplit(_ numThreads: Int) -> Int { 4 * numThreads }

    /// Cuts the batch.
    func cut(_ batch: InputBatch) {
        numTiles = 0
        for request in 0..<batch.numRequests {
            let end = batch.queryStartLoc[request + 1]
            var token = batch.queryStartLoc[request]
            while token < end {
                let tokens = min(Int32(Self.tileTokens), end - token)
                tiles[numTiles] = QueryTile(request: Int32(request), firstToken: token, numTokens: tokens)
                numTiles += 1
                token += tokens
            }
        }
    }

    /// Whether the chunks of each head's positions are shared among the threads.
    func isSplit(_ region: CrossRegion) -> Bool {
        let items = numTiles * region.numHeads
        return region.numChunks > 1 && items < Self.mostSplit(numThreads) && items % numThreads != 0
    }

    /// Where the chunks of a tile's head go.
    func partial(item: Int) -> UnsafeMutablePointer<Float> {
        (partials + item * itemBytes).assumingMemoryBound(to: Float.self)
    }
}
