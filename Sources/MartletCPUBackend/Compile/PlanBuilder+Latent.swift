import CMartletKernels
import MartletModelIR

extension PlanBuilder {
    /// Queries go into the latent space, attend there over the cached rows as one KV head, and come out as values.
    mutating func makeLatentAttention(
        _ region: LoweredRegion, query: Int, latent: Int, ropeKey: Int, _ spec: LatentAttentionSpec, _ out: Int
    ) throws(BackendError) {
        guard let rotary = rotaries[spec.rotary] else {
            throw BackendError(backend: CPUBackend.name, message: "a rotary embedding has no table")
        }
        let queries = temporary(of: out).assumingMemoryBound(to: Float.self)
        let results = queries + options.maxNumBatchedTokens * spec.numHeads * spec.cachedWidth
        let attention = storage.place(
            AttentionRegion(
                qkv: queries, rowWidth: spec.numHeads * spec.cachedWidth, shape: HeadShape(spec.attention),
                ops: storage.place([]), isPerHead: true, layer: spec.layer, local: nil, latentDim: spec.latentDim,
                maxHeadsPerPart: min(spec.numHeads, 32), scale: spec.scale, window: .max, ahead: 0, softcap: 0,
                sinks: nil, out: results))
        let keyUp = try headMatrices(spec.keyUp, heads: spec.numHeads, isTransposed: true)
        let valueUp = try headMatrices(spec.valueUp, heads: spec.numHeads, isTransposed: false)
        let latentRegion = storage.place(
            LatentRegion(
                query: UnsafePointer(pointer(query)), latent: UnsafePointer(pointer(latent)),
                ropeKey: UnsafePointer(pointer(ropeKey)), numHeads: spec.numHeads, nopeDim: spec.nopeDim,
                ropeDim: spec.ropeDim, valueDim: spec.valueDim, latentDim: spec.latentDim, layer: spec.layer,
                rotary: rotary, keyUp: keyUp, valueUp: valueUp, queries: queries, results: results,
                out: pointer(out)))
        scratch.ownBytes = max(scratch.ownBytes, (4 * spec.cachedWidth).roundedUp(to: 64))
        append(.latentQueries(latentRegion), label("latent queries", region))
        append(.attend(attention), label("attend", region))
        append(.latentValues(latentRegion), label("latent values", region))
    }

    /// Bytes of the queries and results in the latent space.
    func latentBytes(_ spec: LatentAttentionSpec) -> Int {
        4 * options.maxNumBatchedTokens * spec.numHeads * (spec.cachedWidth + spec.latentDim)
    }

    /// A weight `[heads * rows, columns]`, cut into heads and packed for products: `[rows, columns]` each, or
    /// `[columns, rows]` if transposed. Formats other than float32 become bfloat16.
    private mutating func headMatrices(
        _ ref: WeightRef, heads: Int, isTransposed: Bool
    ) throws(BackendError) -> HeadMatrices {
        let view = try weights.view(ref)
        let (rows, columns) = (ref.shape[0] / heads, ref.shape[1])
        let (n, k) = isTransposed ? (columns, rows) : (rows, columns)
        let isWide = view.format == .f32 || options.float32Arithmetic
        var plan = ck_plan()
        let format = isWide ? WeightFormat.f32 : .bf16
        guard kernels.linear.plan(format.kernelFormat, Int64(n), Int64(k), 0, options.float32Arithmetic, &plan) else {
            throw BackendError(
                backend: CPUBackend.name,
                message: "\"\(ref.name)\": the \(kernels.name) kernels cannot multiply \(format) [\(n), \(k)]")
        }
        let headBytes = (plan.packed_bytes > 0 ? plan.packed_bytes : format.rowBytes(k) * n).roundedUp(to: 64)
        let data = storage.bytes(heads * headBytes)
        weights.pool.run(
            PackHeadsJob(
                plan: plan, view: view, heads: heads, isTransposed: isTransposed, isWide: isWide, target: data,
                headBytes: headBytes, kernels: kernels))
        weights.discardPages(of: view, ref)
        let prepared = kernels.linear.prepared_bytes(plan.activation, Int64(LatentRegion.rowsPerChunk), Int64(k))
        scratch.ownBytes = max(scratch.ownBytes, prepared.roundedUp(to: 64))
        return HeadMatrices(plan: storage.place(plan), data: data, headBytes: headBytes)
    }
}

extension LatentAttentionSpec {
    /// What the attention is in the latent space, where all heads share one key, of which the beginning is the value.
    var attention: AttentionSpec {
        AttentionSpec(layer: layer, numHeads: numHeads, numKVHeads: 1, headDim: cachedWidth, scale: scale)
    }
}
