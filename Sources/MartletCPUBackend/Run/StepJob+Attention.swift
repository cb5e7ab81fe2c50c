import CMartletKernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension StepJob {
    /// Into how many parts the query heads of a KV head are split, so that every thread finds work.
    private func headParts(_ shape: HeadShape, _ worker: Worker) -> Int {
        let items = attention.numShares * shape.numKVHeads
        guard worker.count > 1, items < 2 * worker.count, attention.numSplitTiles == 0 else { return 1 }
        return min(shape.headsPerKVHead, (2 * worker.count + items - 1) / items)
    }

    /// True when each piece of attention can make its own keys and values, because no other piece reads them.
    func isFused(_ region: UnsafePointer<AttentionRegion>, _ step: Step, _ worker: Worker) -> Bool {
        step.isDecode && attention.numSplitTiles == 0 && headParts(region.pointee.shape, worker) == 1
    }

    /// Head operations on all heads, then keys and values into the cache.
    func storeKV(_ region: UnsafePointer<AttentionRegion>, _ step: Step, _ worker: Worker) {
        let shape = region.pointee.shape
        forEachRow(step.numTokens, per: 4, worker) { token in
            let row = region.pointee.qkv + token * shape.rowWidth
            for op in region.pointee.ops {
                for head in 0..<shape.numHeads + shape.numKVHeads {
                    apply(op, to: row + head * shape.headDim, isQuery: head < shape.numHeads, shape, token)
                }
            }
            for head in 0..<shape.numKVHeads { store(region, head, token, step) }
        }
    }

    /// Pieces: some tokens of one request, the query heads of one KV head or a part of them, perhaps part of the context.
    func attend(_ region: UnsafePointer<AttentionRegion>, _ step: Step, _ worker: Worker) {
        let shape = region.pointee.shape
        let isFused = isFused(region, step, worker)
        let parts = headParts(shape, worker)
        let perPart = (shape.headsPerKVHead + parts - 1) / parts
        let numShares = attention.numShares
        worker.forEachChunk(shape.numKVHeads * parts * numShares) { item in
            // Heads outside, so that every thread begins with large pieces.
            let share = attention.shares[item % numShares]
            let tile = attention.tiles[Int(share.tile)]
            let part = item / numShares % parts
            let kvHead = item / numShares / parts
            let first = min(part * perPart, shape.headsPerKVHead)
            let count = min(perPart, shape.headsPerKVHead - first)
            if count == 0 { return }
            if isFused { makeOwnHeads(region, kvHead, Int(tile.firstToken), step) }
            guard var task = task(region, kvHead, heads: first, count, tile, step, worker) else { return }
            if tile.isSplit {
                vector.attend_chunks(&task, Int64(share.firstChunk), Int64(share.endChunk))
            } else {
                vector.attend(&task)
            }
        }
        if attention.numSplitTiles == 0 { return }
        worker.forEachChunk(shape.numKVHeads * attention.numSplitTiles) { item in
            let tile = attention.tiles[Int(attention.splitTiles[item / shape.numKVHeads])]
            let kvHead = item % shape.numKVHeads
            guard var task = task(region, kvHead, heads: 0, shape.headsPerKVHead, tile, step, worker) else { return }
            vector.merge_chunks(&task)
        }
    }

    /// Head operations and cache write for one token and one KV head.
    private func makeOwnHeads(_ region: UnsafePointer<AttentionRegion>, _ kvHead: Int, _ token: Int, _ step: Step) {
        let shape = region.pointee.shape
        let row = region.pointee.qkv + token * shape.rowWidth
        for op in region.pointee.ops {
            for head in 0..<shape.headsPerKVHead {
                let query = row + (kvHead * shape.headsPerKVHead + head) * shape.headDim
                apply(op, to: query, isQuery: true, shape, token)
            }
            apply(op, to: row + (shape.numHeads + kvHead) * shape.headDim, isQuery: false, shape, token)
        }
        store(region, kvHead, token, step)
    }

    private func store(_ region: UnsafePointer<AttentionRegion>, _ kvHead: Int, _ token: Int, _ step: Step) {
        guard let layers = step.layers, let slots = step.slots else { return }
        let shape = region.pointee.shape
        let layer = layers + region.pointee.layer
        let (group, offset) = layer.pointee.group(
            slot: Int(slots[layer.pointee.blockGroup * step.slotStride + token]), head: kvHead)
        let key = region.pointee.qkv + token * shape.rowWidth + (shape.numHeads + kvHead) * shape.headDim
        vector.kv_store(
            layer.pointee.dtype, Int64(shape.headDim), group, Int64(offset), key,
            key + shape.numKVHeads * shape.headDim)
    }

    /// Attention of a tile's tokens for `numHeads` query heads of a KV head, from its `firstHead`.
    private func task(
        _ region: UnsafePointer<AttentionRegion>, _ kvHead: Int, heads firstHead: Int, _ numHeads: Int,
        _ tile: QueryTile, _ step: Step, _ worker: Worker
    ) -> ck_attention? {
        guard let layers = step.layers, let tables = step.blockTables, let positions = step.positions else {
            return nil
        }
        let shape = region.pointee.shape
        let layer = layers[region.pointee.layer]
        let token = Int(tile.firstToken)
        let column = (kvHead * shape.headsPerKVHead + firstHead) * shape.headDim
        let outWidth = shape.numHeads * shape.headDim
        return ck_attention(
            dtype: layer.dtype, head_dim: Int64(shape.headDim),
            cache: (layer.base + kvHead * layer.headBytes).assumingMemoryBound(to: UInt8.self),
            block_bytes: Int64(layer.blockBytes), groups_per_block: Int64(layer.blockSize / groupSize),
            block_table: tables + layer.blockGroup * step.tableStride + Int(tile.request) * step.blocksPerRequest,
            query: region.pointee.qkv + token * shape.rowWidth + column,
            query_stride: Int64(shape.rowWidth), num_tokens: Int64(tile.numTokens), num_heads: Int64(numHeads),
            position: Int64(positions[token]), window: Int64(region.pointee.window), scale: region.pointee.scale,
            out: region.pointee.out + token * outWidth + column, out_stride: Int64(outWidth),
            partials: tile.isSplit ? attention.partial(tile, kvHead: kvHead) : nil,
            scratch: plan.scratch.attention(worker.index))
    }

    @inline(__always)
    private func apply(
        _ op: HeadOp, to head: UnsafeMutablePointer<Float>, isQuery: Bool, _ shape: HeadShape, _ token: Int
    ) {
        switch op {
        case .norm(let query, let key, let eps):
            vector.rms_norm(head, isQuery ? query : key, eps, Int64(shape.headDim), head)
        case .rotate(let table):
            let pairs = table.pointee.frequencies.count
            vector.rotate(
                head, table.pointee.cosines + token * pairs, table.pointee.sines + token * pairs, Int64(pairs),
                table.pointee.isNeoxStyle)
        }
    }

    /// A head operation on its own: the input stays as it is.
    func heads(_ region: HeadsRegion, _ step: Step, _ worker: Worker) {
        let shape = region.shape
        forEachRow(step.numTokens, per: 4, worker) { token in
            let row = region.out + token * shape.rowWidth
            memcpy(row, region.input + token * shape.rowWidth, 4 * shape.rowWidth)
            for head in 0..<shape.numHeads + shape.numKVHeads {
                apply(region.op, to: row + head * shape.headDim, isQuery: head < shape.numHeads, shape, token)
            }
        }
    }
}
