import CMartletKernels

extension StepJob {
    /// Keys and values of an encoder's positions into the slots of their requests.
    func storeCrossKV(_ region: CrossRegion, _ step: Step, _ worker: Worker) {
        guard let layers = step.layers, let slots = step.crossSlots, let positions = step.positions else { return }
        let layer = layers[region.layer]
        forEachRow(step.numTokens, per: groupSize, worker) { token in
            let slot = Int(slots[step.request(of: token)]) * layer.blockSize + Int(positions[token])
            let row = region.input + token * 2 * region.width
            for head in 0..<region.numHeads {
                let (group, offset) = layer.group(slot: slot, head: head)
                let key = row + head * region.headDim
                vector.kv_store(layer.dtype, Int64(region.headDim), group, Int64(offset), key, key + region.width)
            }
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
