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
        let floats = view.dequantized()
        let (rows, columns) = (ref.shape[0] / heads, ref.shape[1])
        let (n, k) = isTransposed ? (columns, rows) : (rows, columns)
        let isWide = view.format == .f32 || options.float32Arithmetic
        var plan = ck_plan()
        let format = isWide ? CK_F32 : CK_BF16
        guard kernels.linear.plan(format, Int64(n), Int64(k), options.float32Arithmetic, &plan) else {
            throw BackendError(
                backend: CPUBackend.name,
                message: "\"\(ref.name)\": the \(kernels.name) kernels cannot multiply \(format) [\(n), \(k)]")
        }
        let elementBytes = isWide ? 4 : 2
        let headBytes = (plan.packed_bytes > 0 ? plan.packed_bytes : n * k * elementBytes).roundedUp(to: 64)
        let data = storage.bytes(heads * headBytes)
        let head = UnsafeMutableRawPointer.allocate(byteCount: max(n * k * elementBytes, 1), alignment: 64)
        defer { head.deallocate() }
        for number in 0..<heads {
            for row in 0..<n {
                for column in 0..<k {
                    let (from, to) = isTransposed ? (column, row) : (row, column)
                    let value = floats[(number * rows + from) * columns + to]
                    if isWide {
                        head.storeBytes(of: value, toByteOffset: 4 * (row * k + column), as: Float.self)
                    } else {
                        let bits = value.bitPattern
                        head.storeBytes(
                            of: UInt16((bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16),
                            toByteOffset: 2 * (row * k + column), as: UInt16.self)
                    }
                }
            }
            let target = data + number * headBytes
            if plan.packed_bytes > 0 {
                kernels.linear.pack(&plan, head, target, 0, Int64(n))
            } else {
                target.copyMemory(from: head, byteCount: n * k * elementBytes)
            }
        }
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
