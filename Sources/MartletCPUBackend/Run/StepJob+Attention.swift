import CMartletKernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension StepJob {
    /// Into how many parts the query heads of a KV head are split, so that every thread finds work.
    private func headParts(_ region: UnsafePointer<AttentionRegion>, _ worker: Worker) -> Int {
        let heads = region.pointee.shape.headsPerKVHead
        let fewest = (heads + region.pointee.maxHeadsPerPart - 1) / region.pointee.maxHeadsPerPart
        let items = attention.numShares * region.pointee.shape.numKVHeads
        guard worker.count > 1, items < 2 * worker.count, attention.numSplitTiles == 0 else { return fewest }
        return max(fewest, min(heads, (2 * worker.count + items - 1) / items))
    }

    /// Query heads of one part; whole blocks of rows where a head can be in several.
    private func headsPerPart(_ region: UnsafePointer<AttentionRegion>, _ parts: Int) -> Int {
        let heads = (region.pointee.shape.headsPerKVHead + parts - 1) / parts
        return attention.numSplitTiles > 0 && parts > 1 ? heads.roundedUp(to: 4) : heads
    }

    /// True when each piece of attention can make its own keys and values, because no other piece reads them.
    func isFused(_ region: UnsafePointer<AttentionRegion>, _ step: Step, _ worker: Worker) -> Bool {
        step.isDecode && region.pointee.local == nil && region.pointee.isPerHead && attention.numSplitTiles == 0
            && headParts(region, worker) == 1
    }

    /// Head operations on all heads, then keys and values into the cache.
    func storeKV(_ region: UnsafePointer<AttentionRegion>, _ step: Step, _ worker: Worker) {
        let shape = region.pointee.shape
        if let local = region.pointee.local { return storeLocalKV(region, local.pointee, step, worker) }
        forEachRow(step.numTokens, per: 4, worker) { token in
            let row = region.pointee.qkv + token * region.pointee.rowWidth
            for op in region.pointee.ops { apply(op, toRow: row, shape, token) }
            for head in 0..<shape.numKVHeads { store(region, head, token, step) }
        }
    }

    /// The same where keys and values are not cached.
    private func storeLocalKV(
        _ region: UnsafePointer<AttentionRegion>, _ local: LocalKV, _ step: Step, _ worker: Worker
    ) {
        guard let starts = step.queryStartLoc else { return }
        let (shape, width) = (region.pointee.shape, region.pointee.rowWidth)
        forEachGroup(step, worker) { request, token, count in
            let rows = region.pointee.qkv + token * width
            for index in 0..<count {
                for op in region.pointee.ops { apply(op, toRow: rows + index * width, shape, token + index) }
            }
            let start = Int(starts[request])
            let number = LocalKV.firstGroup(request: request, token: start) + (token - start) / groupSize
            for head in 0..<shape.numKVHeads {
                let keys = rows + (shape.numHeads + head) * shape.headDim
                store(
                    (local.dtype, shape.headDim), local.base + head * local.headBytes + number * local.groupBytes, 0,
                    count, keys, keys + shape.numKVHeads * shape.headDim, stride: width)
            }
        }
    }

    /// Pieces: some tokens of one request, the query heads of one KV head or a part of them, perhaps part of the context.
    func attend(_ region: UnsafePointer<AttentionRegion>, _ step: Step, _ worker: Worker) {
        let shape = region.pointee.shape
        let isFused = region.pointee.latentDim == 0 && isFused(region, step, worker)
        let parts = headParts(region, worker)
        let perPart = headsPerPart(region, parts)
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
        worker.forEachChunk(shape.numKVHeads * parts * attention.numSplitTiles) { item in
            let tile = attention.tiles[Int(attention.splitTiles[item / (shape.numKVHeads * parts)])]
            let first = min(item % parts * perPart, shape.headsPerKVHead)
            let count = min(perPart, shape.headsPerKVHead - first)
            let kvHead = item / parts % shape.numKVHeads
            if count == 0 { return }
            guard var task = task(region, kvHead, heads: first, count, tile, step, worker) else { return }
            vector.merge_chunks(&task)
        }
    }

    /// Head operations and cache write for one token and one KV head.
    private func makeOwnHeads(_ region: UnsafePointer<AttentionRegion>, _ kvHead: Int, _ token: Int, _ step: Step) {
        let shape = region.pointee.shape
        let row = region.pointee.qkv + token * region.pointee.rowWidth
        for op in region.pointee.ops {
            for head in kvHead * shape.headsPerKVHead..<(kvHead + 1) * shape.headsPerKVHead {
                apply(op, toHead: head, of: row, shape, token)
            }
            apply(op, toHead: shape.numHeads + kvHead, of: row, shape, token)
        }
        store(region, kvHead, token, step)
    }

    private func store(_ region: UnsafePointer<AttentionRegion>, _ kvHead: Int, _ token: Int, _ step: Step) {
        guard let layers = step.layers, let slots = step.slots else { return }
        let shape = region.pointee.shape
        let key = region.pointee.qkv + token * region.pointee.rowWidth + (shape.numHeads + kvHead) * shape.headDim
        let value = key + shape.numKVHeads * shape.headDim
        let layer = layers + region.pointee.layer
        let (group, offset) = layer.pointee.group(
            slot: Int(slots[layer.pointee.blockGroup * step.slotStride + token]), head: kvHead)
        vector.kv_store(layer.pointee.dtype, Int64(shape.headDim), group, Int64(offset), key, value)
    }

    /// Attention of a tile's tokens for `numHeads` query heads of a KV head, from its `firstHead`.
    private func task(
        _ region: UnsafePointer<AttentionRegion>, _ kvHead: Int, heads firstHead: Int, _ numHeads: Int,
        _ tile: QueryTile, _ step: Step, _ worker: Worker
    ) -> ck_attention? {
        guard let positions = step.positions, let lengths = step.seqLens else { return nil }
        let shape = region.pointee.shape
        let token = Int(tile.firstToken)
        let head = kvHead * shape.headsPerKVHead + firstHead
        let outWidth = shape.numHeads * region.pointee.valueDim
        var task = ck_attention()
        if let local = region.pointee.local {
            guard let starts = step.queryStartLoc else { return nil }
            let start = Int(starts[Int(tile.request)])
            task.dtype = local.pointee.dtype
            task.cache = UnsafePointer(
                (local.pointee.base + kvHead * local.pointee.headBytes).assumingMemoryBound(to: UInt8.self))
            task.block_bytes = Int64(local.pointee.groupBytes)
            task.groups_per_block = 1
            task.block_table =
                local.pointee.numbers + LocalKV.firstGroup(request: Int(tile.request), token: start)
        } else {
            guard let layers = step.layers, let tables = step.blockTables else { return nil }
            let layer = layers[region.pointee.layer]
            task.dtype = layer.dtype
            task.cache = UnsafePointer((layer.base + kvHead * layer.headBytes).assumingMemoryBound(to: UInt8.self))
            task.block_bytes = Int64(layer.blockBytes)
            task.groups_per_block = Int64(layer.blockSize / groupSize)
            task.block_table =
                tables + layer.blockGroup * step.tableStride + Int(tile.request) * step.blocksPerRequest
        }
        task.head_dim = Int64(shape.headDim)
        task.query = UnsafePointer(region.pointee.qkv + token * region.pointee.rowWidth + head * shape.headDim)
        task.query_stride = Int64(region.pointee.rowWidth)
        (task.num_tokens, task.num_heads) = (Int64(tile.numTokens), Int64(numHeads))
        task.position = Int64(positions[token])
        task.length = Int64(lengths[Int(tile.request)])
        (task.window, task.ahead) = (Int64(region.pointee.window), Int64(region.pointee.ahead))
        task.latent_dim = Int64(region.pointee.latentDim)
        (task.scale, task.softcap) = (region.pointee.scale, region.pointee.softcap)
        task.sinks = region.pointee.sinks.map { $0 + head }
        task.out = region.pointee.out + token * outWidth + head * region.pointee.valueDim
        task.out_stride = Int64(outWidth)
        task.partials =
            tile.isSplit ? attention.partial(tile, kvHead: kvHead, head: firstHead, headDim: shape.headDim) : nil
        task.scratch = plan.scratch.attention(worker.index)
        return task
    }

    /// A head operation on all query and key heads of a row.
    private func apply(_ op: HeadOp, toRow row: UnsafeMutablePointer<Float>, _ shape: HeadShape, _ token: Int) {
        if case .norm(let query, let key, false) = op {
            let keys = row + shape.numHeads * shape.headDim
            normalize(row, query, into: row)
            normalize(keys, key, into: keys)
            return
        }
        for head in 0..<shape.numHeads + shape.numKVHeads { apply(op, toHead: head, of: row, shape, token) }
    }

    /// A head operation on one head; the first `numHeads` are those of the query.
    @inline(__always)
    private func apply(
        _ op: HeadOp, toHead head: Int, of row: UnsafeMutablePointer<Float>, _ shape: HeadShape, _ token: Int
    ) {
        let x = row + head * shape.headDim
        let isQuery = head < shape.numHeads
        switch op {
        case .norm(let query, let key, _):
            normalize(x, isQuery ? query : key, group: isQuery ? head : head - shape.numHeads, into: x)
        case .rotate(let table):
            rotate(x, table, token)
            if isQuery, let growths = table.pointee.growths { grow(x, growths[token], shape.headDim) }
        }
    }

    /// Rotates the head at `x` by the token's position.
    func rotate(_ x: UnsafeMutablePointer<Float>, _ table: UnsafePointer<RotaryTable>, _ token: Int) {
        let pairs = table.pointee.frequencies.count
        vector.rotate(
            x, table.pointee.cosines + token * pairs, table.pointee.sines + token * pairs, Int64(pairs),
            table.pointee.isNeoxStyle)
    }

    /// Queries of some models grow with their position.
    func grow(_ x: UnsafeMutablePointer<Float>, _ factor: Float, _ count: Int) {
        var function = ck_function(kind: CK_SCALE, a: factor, b: 0, c: 0, d: 0)
        vector.map(&function, x, Int64(count), x)
    }

    /// A head operation on its own: the input stays as it is.
    func heads(_ region: HeadsRegion, _ step: Step, _ worker: Worker) {
        let shape = region.shape
        forEachRow(step.numTokens, per: 4, worker) { token in
            let row = region.out + token * shape.rowWidth
            memcpy(row, region.input + token * shape.rowWidth, 4 * shape.rowWidth)
            apply(region.op, toRow: row, shape, token)
        }
    }
}
