import CMartletKernels
import MartletModelIR

extension PlanBuilder {
    mutating func makeHeads(
        _ region: LoweredRegion, _ x: Int, _ op: LoweredHeadOp, _ spec: AttentionSpec, _ out: Int
    ) throws(BackendError) {
        let heads = HeadsRegion(
            input: UnsafePointer(pointer(x)), shape: HeadShape(spec), op: try headOp(op, spec), out: pointer(out))
        append(.heads(storage.place(heads)), label("heads", region))
    }

    mutating func makeAttention(
        _ region: LoweredRegion, _ x: Int, _ lowered: [LoweredHeadOp], _ spec: AttentionSpec, _ out: Int
    ) throws(BackendError) {
        var ops: [HeadOp] = []
        for op in lowered { ops.append(try headOp(op, spec)) }
        let shape = HeadShape(spec)
        let attention = storage.place(
            AttentionRegion(
                qkv: pointer(x), rowWidth: shape.rowWidth, shape: shape, ops: storage.place(ops),
                isPerHead: ops.allSatisfy(\.isPerHead), layer: spec.layer,
                local: spec.isCausal ? nil : storage.place(localKV(spec, out)), latentDim: 0,
                maxHeadsPerPart: shape.headsPerKVHead, scale: spec.scale, window: spec.slidingWindow ?? .max,
                ahead: spec.isCausal ? 0 : spec.slidingWindow.map { $0 - 1 } ?? .max, softcap: spec.softcap ?? 0,
                sinks: try spec.sinks.map { sinks throws(BackendError) in try vector(sinks) }, out: pointer(out)))
        append(.storeKV(attention), label("store keys and values", region))
        append(.attend(attention), label("attend", region))
    }

    /// Keys and values that nobody needs after the step.
    private func localKV(_ spec: AttentionSpec, _ out: Int) -> LocalKV {
        let headBytes = localHeadBytes(spec)
        let dtype = localDType
        return LocalKV(
            base: temporary(of: out), dtype: dtype, groupBytes: Int(ck_kv_group_bytes(dtype, Int64(spec.headDim))),
            headBytes: headBytes, numbers: storage.place((0..<Int32(numLocalGroups)).map(\.self)).baseAddress!)
    }

    /// Bytes for keys and values of all heads; 0 if they are cached.
    func localBytes(_ spec: AttentionSpec) -> Int { spec.isCausal ? 0 : spec.numKVHeads * localHeadBytes(spec) }

    private func localHeadBytes(_ spec: AttentionSpec) -> Int {
        numLocalGroups * Int(ck_kv_group_bytes(localDType, Int64(spec.headDim)))
    }

    private var numLocalGroups: Int {
        LocalKV.numGroups(
            tokens: options.maxNumBatchedTokens, requests: min(options.maxNumSeqs, options.maxNumBatchedTokens))
    }

    /// Where pairs of bfloat16 are multiplied and the matrix products round their inputs too, so may attention.
    private var localDType: ck_kv_dtype {
        if options.float32Arithmetic || !kernels.vector.multiplies_pairs { return CK_KV_F32 }
        let refs = lowering.regions.flatMap(\.ports.matrices)
        let isRounded = refs.contains { ref in (try? matrix(ref).plan.activation) != CK_ACT_F32 }
        return isRounded ? CK_KV_BF16 : CK_KV_F32
    }

    private func headOp(_ op: LoweredHeadOp, _ spec: AttentionSpec) throws(BackendError) -> HeadOp {
        switch op {
        case .norm(let query, let key):
            let isPerHead = query.groupSize == spec.headDim && key.groupSize == spec.headDim
            return .norm(
                query: storage.place(try rowNorm(query, width: spec.numHeads * spec.headDim)),
                key: storage.place(try rowNorm(key, width: spec.numKVHeads * spec.headDim)), isPerHead: isPerHead)
        case .rotate(let rotary):
            guard let table = rotaries[rotary] else {
                throw BackendError(backend: CPUBackend.name, message: "a rotary embedding has no table")
            }
            return .rotate(table)
        }
    }
}
