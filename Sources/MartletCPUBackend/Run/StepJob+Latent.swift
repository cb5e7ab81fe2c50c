import CMartletKernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension StepJob {
    /// Rows into the cache; every head's query into the latent space, its rotated part behind it.
    func latentQueries(_ region: UnsafePointer<LatentRegion>, _ step: Step, _ worker: Worker) {
        let latent = region.pointee
        let headDim = latent.nopeDim + latent.ropeDim
        let (queryWidth, width) = (latent.numHeads * headDim, latent.numHeads * latent.cachedWidth)
        forEachHeadChunk(latent.numHeads, step, worker) { head, first, count in
            multiply(
                latent.keyUp, head, latent.query + first * queryWidth + head * headDim, queryWidth, count,
                into: latent.queries + first * width + head * latent.cachedWidth, width, worker)
            for token in first..<first + count {
                let query = latent.queries + token * width + head * latent.cachedWidth
                let turned = query + latent.latentDim
                memcpy(
                    turned, latent.query + token * queryWidth + head * headDim + latent.nopeDim, 4 * latent.ropeDim)
                rotate(turned, latent.rotary, token)
                if let growths = latent.rotary.pointee.growths { grow(query, growths[token], latent.cachedWidth) }
            }
        }
        forEachRow(step.numTokens, per: 8, worker) { token in storeLatent(latent, token, step, worker) }
    }

    /// One token's latent row and rotated key.
    private func storeLatent(_ latent: LatentRegion, _ token: Int, _ step: Step, _ worker: Worker) {
        guard let layers = step.layers, let slots = step.slots else { return }
        let row = plan.scratch.own(worker.index).assumingMemoryBound(to: Float.self)
        memcpy(row, latent.latent + token * latent.latentDim, 4 * latent.latentDim)
        memcpy(row + latent.latentDim, latent.ropeKey + token * latent.ropeDim, 4 * latent.ropeDim)
        rotate(row + latent.latentDim, latent.rotary, token)
        let layer = layers[latent.layer]
        let (group, offset) = layer.group(slot: Int(slots[layer.blockGroup * step.slotStride + token]), head: 0)
        vector.latent_store(layer.dtype, Int64(latent.cachedWidth), group, Int64(offset), row)
    }

    /// Every head's result out of the latent space.
    func latentValues(_ region: UnsafePointer<LatentRegion>, _ step: Step, _ worker: Worker) {
        let latent = region.pointee
        let (from, to) = (latent.numHeads * latent.latentDim, latent.numHeads * latent.valueDim)
        forEachHeadChunk(latent.numHeads, step, worker) { head, first, count in
            multiply(
                latent.valueUp, head, UnsafePointer(latent.results) + first * from + head * latent.latentDim, from,
                count, into: latent.out + first * to + head * latent.valueDim, to, worker)
        }
    }

    /// Shares heads of some tokens among the threads.
    @inline(__always)
    private func forEachHeadChunk(
        _ heads: Int, _ step: Step, _ worker: Worker, _ body: (_ head: Int, _ firstToken: Int, _ count: Int) -> Void
    ) {
        let size = LatentRegion.rowsPerChunk
        let chunks = (step.numTokens + size - 1) / size
        // A head's chunks one after the other: its weights stay in the cache.
        worker.forEachChunk(heads * chunks) { item in
            let first = item % chunks * size
            body(item / chunks, first, min(size, step.numTokens - first))
        }
    }

    /// Rows at `x` times the matrix of a head.
    private func multiply(
        _ matrices: HeadMatrices, _ head: Int, _ x: UnsafePointer<Float>, _ stride: Int, _ rows: Int,
        into out: UnsafeMutablePointer<Float>, _ outStride: Int, _ worker: Worker
    ) {
        let plan = matrices.plan
        let prepared = self.plan.scratch.own(worker.index)
        linear.prepare(
            plan.pointee.activation, x, Int64(stride), Int64(rows), plan.pointee.k, 0, Int64(rows), prepared)
        linear.multiply(
            plan, matrices.data + head * matrices.headBytes, prepared, Int64(rows), 0, plan.pointee.n, nil, out,
            Int64(outStride))
    }
}
