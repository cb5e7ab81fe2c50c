import CMartletKernels
import MartletModelIR

/// Consecutive tokens of one request, whose queries are worked on together.
struct QueryTile: BitwiseCopyable {
    var request: Int32
    var firstToken: Int32
    var numTokens: Int32
    /// Its context is shared among threads; their results are merged afterwards.
    var isSplit = false
    /// Where those results lie, in tokens times chunks; only if it is split.
    var partialOffset: Int32 = 0
    /// Chunks of its context; only if it is split.
    var numChunks: Int32 = 0
}

/// One thread's piece of a query tile, for one KV head.
struct AttentionShare: BitwiseCopyable {
    var tile: Int32
    /// Chunks of the context; only if the tile is split.
    var firstChunk: Int32
    var endChunk: Int32
}

/// How the attention of a step is cut into pieces of no more than a fair size, large ones first.
///
/// Only contexts that would keep one thread busy while the others have nothing left are split. The kernels sum chunk by
/// chunk whether split or not, so the pieces change no bit.
final class AttentionShares {
    let tiles: UnsafeMutableBufferPointer<QueryTile>
    let shares: UnsafeMutableBufferPointer<AttentionShare>
    /// Indices of split tiles.
    let splitTiles: UnsafeMutableBufferPointer<Int32>
    private(set) var numTiles = 0
    private(set) var numShares = 0
    private(set) var numSplitTiles = 0

    private let queryTile: Int
    private let numThreads: Int
    private let numKVHeads: Int
    /// Results of split tiles, `[KV head][tokens times chunks]` of `unitBytes`.
    private let partials: UnsafeMutableRawPointer
    private let partialUnits: Int
    private let unitBytes: Int
    /// Tokens see those after them too.
    private let seesAhead: Bool

    init(plan: Plan, options: CompileOptions, numThreads: Int) {
        queryTile = plan.queryTile
        self.numThreads = numThreads
        seesAhead = plan.attentions.contains { !$0.isCausal }
        numKVHeads = plan.attentions.map(\.numKVHeads).min() ?? 1
        let maxTiles = options.maxNumBatchedTokens / plan.queryTile + options.maxNumSeqs + 1
        tiles = .allocate(capacity: maxTiles)
        // See the number of pieces in `share`.
        shares = .allocate(capacity: 2 * maxTiles + 8 * numThreads)
        // Splitting pays while requests are few; pages become resident when they are first used.
        let numSplit = min(options.maxNumSeqs, 2 * numThreads)
        splitTiles = .allocate(capacity: numSplit)
        partialUnits = numSplit * Self.chunks(options.maxModelLen)
        unitBytes = plan.attentions.map(Self.unitBytes).max() ?? 0
        let heads = plan.attentions.map(\.numKVHeads).max() ?? 0
        partials = .allocate(byteCount: max(partialUnits * unitBytes * heads, 1), alignment: 64)
    }

    deinit {
        tiles.deallocate()
        shares.deallocate()
        splitTiles.deallocate()
        partials.deallocate()
    }

    /// Chunks of so many positions.
    private static func chunks(_ positions: Int) -> Int {
        (positions + Int(CK_ATTENTION_CHUNK) - 1) / Int(CK_ATTENTION_CHUNK)
    }

    private static func unitBytes(_ spec: AttentionSpec) -> Int {
        Int(ck_attention_partial_bytes(Int64(spec.headDim), Int64(spec.numHeads / spec.numKVHeads)))
    }

    /// Where the results of a split tile lie for the query heads from `head` on, which is a multiple of four.
    func partial(_ tile: QueryTile, kvHead: Int, head: Int, headDim: Int) -> UnsafeMutablePointer<Float> {
        let before = Int(ck_attention_partial_bytes(Int64(headDim), Int64(Int(tile.numTokens) * head)))
        let units = kvHead * partialUnits + Int(tile.partialOffset)
        return (partials + units * unitBytes + Int(tile.numChunks) * before).assumingMemoryBound(to: Float.self)
    }

    /// Cuts the batch.
    func cut(_ batch: InputBatch) {
        (numTiles, numShares, numSplitTiles) = (0, 0, 0)
        var total = 0
        for request in 0..<batch.numRequests {
            let end = batch.queryStartLoc[request + 1]
            var token = batch.queryStartLoc[request]
            while token < end {
                let tokens = min(Int32(queryTile), end - token)
                tiles[numTiles] = QueryTile(request: Int32(request), firstToken: token, numTokens: tokens)
                total += cost(tiles[numTiles], batch)
                numTiles += 1
                token += tokens
            }
        }
        // With four pieces for each thread the last ones leave little to wait for.
        let fair = max(1, total * numKVHeads / (4 * numThreads))
        var units = 0
        for tile in 0..<numTiles where numThreads > 1 && cost(tiles[tile], batch) > fair {
            split(tile, batch, fair, &units)
        }
        for isLarge in [true, false] {
            for tile in 0..<numTiles where !tiles[tile].isSplit {
                if (2 * cost(tiles[tile], batch) > fair) == isLarge { add(tile, 0, 0) }
            }
        }
    }

    /// Time of a tile for one KV head: reading positions counts as much as three tokens' arithmetic.
    @inline(__always)
    private func cost(_ tile: QueryTile, _ batch: InputBatch) -> Int {
        context(tile, batch) * (Int(tile.numTokens) + 3)
    }

    /// Positions from the first to the last that the tile's tokens see.
    @inline(__always)
    private func context(_ tile: QueryTile, _ batch: InputBatch) -> Int {
        if seesAhead { return Int(batch.seqLens[Int(tile.request)]) }
        return Int(batch.positions[Int(tile.firstToken + tile.numTokens) - 1]) + 1
    }

    private func split(_ index: Int, _ batch: InputBatch, _ fair: Int, _ units: inout Int) {
        let tile = tiles[index]
        let chunks = Self.chunks(context(tile, batch))
        let needed = chunks * Int(tile.numTokens)
        guard chunks > 1, numSplitTiles < splitTiles.count, units + needed <= partialUnits else { return }
        tiles[index].isSplit = true
        (tiles[index].partialOffset, tiles[index].numChunks) = (Int32(units), Int32(chunks))
        units += needed
        splitTiles[numSplitTiles] = Int32(index)
        numSplitTiles += 1
        // At most 2 + 2 cost / fair pieces, so at most 2 tiles + 8 threads in all.
        let pieces = 2 * ((cost(tile, batch) + fair - 1) / fair)
        let perPiece = (chunks + pieces - 1) / pieces
        for first in stride(from: 0, to: chunks, by: perPiece) { add(index, first, min(first + perPiece, chunks)) }
    }

    private func add(_ tile: Int, _ firstChunk: Int, _ endChunk: Int) {
        shares[numShares] = AttentionShare(
            tile: Int32(tile), firstChunk: Int32(firstChunk), endChunk: Int32(endChunk))
        numShares += 1
    }
}
