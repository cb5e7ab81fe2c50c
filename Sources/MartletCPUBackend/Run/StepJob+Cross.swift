import CMartletKernels

extension StepJob {
    /// Keys and values of an encoder's positions into the slots of their requests.
    func storeCrossKV(_ region: CrossRegion, _ step: Step, _ worker: Worker) {
        guard let layers = step.layers, let slots = step.crossSlots, let positions = step.positions else { return }
        let layer = layers[region.layer]
        forEachGroup(step, worker) { request, token, count in
            let slot = Int(slots[request]) * layer.blockSize + Int(positions[token])
            let row = region.input + token * 2 * region.width
            for head in 0..<region.numHeads {
                let (group, offset) = layer.group(slot: slot, head: head)
                let key = row + head * region.headDim
                store(
                    (layer.dtype, region.headDim), group, offset, count, key, key + region.width,
                    stride: 2 * region.width)
            }
        }
    }

    /// Shares a step's tokens among the threads in pieces of one request and of one group of positions.
    @inline(__always)
    func forEachGroup(
        _ step: Step, _ worker: Worker, _ body: (_ request: Int, _ firstToken: Int, _ count: Int) -> Void
    ) {
        guard let starts = step.queryStartLoc, let positions = step.positions else { return }
        forEachRow(step.numTokens, per: groupSize, worker) { token in
            let request = step.request(of: token)
            let place = Int(positions[token]) % groupSize
            if place == 0 || token == Int(starts[request]) {
                body(request, token, min(groupSize - place, Int(starts[request + 1]) - token))
            }
        }
    }

    /// Keys and values of `count` tokens into places of a group from `offset` on.
    @inline(__always)
    func store(
        _ shape: (dtype: ck_kv_dtype, headDim: Int), _ group: UnsafeMutableRawPointer, _ offset: Int, _ count: Int,
        _ keys: UnsafePointer<Float>, _ values: UnsafePointer<Float>, stride: Int
    ) {
        if count == groupSize {
            return vector.kv_store_group(shape.dtype, Int64(shape.headDim), group, keys, values, Int64(stride))
        }
        for token in 0..<count {
            vector.kv_store(
                shape.dtype, Int64(shape.headDim), group, Int64(offset + token), keys + token * stride,
                values + token * stride)
        }
    }

    /// Every token's queries over all positions of its request's slot.
    func crossAttend(_ region: CrossRegion, _ step: Step, _ worker: Worker) {
        guard let cross else { return }
        let items = cross.numTiles * region.numHeads
        if cross.isSplit(region) {
            worker.forEachChunk(items * region.numChunks) { piece in
                let (item, chunk) = piece.quotientAndRemainder(dividingBy: region.numChunks)
                guard var task = task(region, item, step, worker) else { return }
                vector.attend_chunks(&task, Int64(chunk), Int64(chunk + 1))
            }
            worker.forEachChunk(items) { item in
                guard var task = task(region, item, step, worker) else { return }
                vector.merge_chunks(&task)
            }
        } else {
            worker.forEachChunk(items) { item in
                guard var task = task(region, item, step, worker) else { return }
                vector.attend(&task)
            }
        }
        if let weights = step.crossWeights { align(region, into: weights, step, worker) }
    }

    /// Weights of the alignment heads, `[token][alignment head][position]`.
    private func align(
        _ region: CrossRegion, into weights: UnsafeMutablePointer<Float>, _ step: Step, _ worker: Worker
    ) {
        guard let cross else { return }
        let (heads, rowWidth) = (region.alignmentHeads, region.numAlignmentHeads * region.numPositions)
        worker.forEachChunk(cross.numTiles * heads.count) { piece in
            let (tile, index) = piece.quotientAndRemainder(dividingBy: heads.count)
            let item = tile * region.numHeads + Int(heads[index])
            guard var task = task(region, item, step, worker) else { return }
            let first = Int(cross.tiles[tile].firstToken) * rowWidth
            vector.attention_weights(
                &task, weights + first + (region.firstAlignmentHead + index) * region.numPositions, Int64(rowWidth))
        }
    }

    /// Attention of piece number `item`, tile times heads plus head.
    private func task(_ region: CrossRegion, _ item: Int, _ step: Step, _ worker: Worker) -> ck_attention? {
        guard let layers = step.layers, let slots = step.crossSlots, let cross else { return nil }
        let (tileIndex, head) = item.quotientAndRemainder(dividingBy: region.numHeads)
        let tile = cross.tiles[tileIndex]
        let layer = layers[region.layer]
        let offset = Int(tile.firstToken) * region.width + head * region.headDim
        var task = ck_attention()
        task.dtype = layer.dtype
        task.head_dim = Int64(region.headDim)
        task.cache = UnsafePointer((layer.base + head * layer.headBytes).assumingMemoryBound(to: UInt8.self))
        task.block_bytes = Int64(layer.blockBytes)
        task.groups_per_block = Int64(layer.blockSize / groupSize)
        // A slot is a block, and all there is of its request.
        task.block_table = slots + Int(tile.request)
        task.query = region.input + offset
        task.query_stride = Int64(region.width)
        (task.num_tokens, task.num_heads) = (Int64(tile.numTokens), 1)
        (task.window, task.ahead) = (.max, .max)
        task.length = Int64(region.numPositions)
        task.scale = region.scale
        task.out = region.out + offset
        task.out_stride = Int64(region.width)
        task.partials = cross.isSplit(region) ? cross.partial(item: item) : nil
        task.scratch = plan.scratch.attention(worker.index)
        return task
    }
}
