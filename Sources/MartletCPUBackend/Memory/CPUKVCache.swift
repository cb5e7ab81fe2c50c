import CMartletKernels
import MartletModelIR

/// One layer of the cache: `[block][kv head][group of 16 positions]`, groups as `ck_vector.h` lays them out.
struct KVLayer {
    let base: UnsafeMutableRawPointer
    let numKVHeads: Int
    let headDim: Int
    let dtype: ck_kv_dtype
    let groupBytes: Int
    let headBytes: Int
    let blockBytes: Int
    let blockSize: Int

    /// The group and the place in it of a cache slot.
    @inline(__always)
    func group(slot: Int, head: Int) -> (pointer: UnsafeMutableRawPointer, offset: Int) {
        let offset = slot % blockSize
        let bytes = slot / blockSize * blockBytes + head * headBytes + offset / groupSize * groupBytes
        return (base + bytes, offset % groupSize)
    }
}

/// Positions of one group.
let groupSize = Int(CK_KV_GROUP)

/// The paged cache of all layers; pages become resident when blocks are first used.
final class CPUKVCache: KVCacheStorage {
    let numBlocks: Int
    let blockSize: Int
    /// One entry per layer.
    let layers: UnsafeMutableBufferPointer<KVLayer>
    private let memory: MappedMemory

    /// **Throws** when the block size is no multiple of 16 or memory is short.
    init(_ specs: [KVCacheSpec], numBlocks: Int, blockSize: Int, dtype: KVCacheDType) throws(BackendError) {
        guard blockSize > 0, blockSize % groupSize == 0, blockSize <= 65536 else {
            throw BackendError(
                backend: CPUBackend.name, message: "block size \(blockSize); expected a multiple of \(groupSize)")
        }
        guard numBlocks > 0, numBlocks <= Int(Int32.max) / blockSize else {
            throw BackendError(
                backend: CPUBackend.name,
                message: "\(numBlocks) cache blocks; expected 1 to \(Int(Int32.max) / blockSize)")
        }
        self.numBlocks = numBlocks
        self.blockSize = blockSize
        let stored = dtype.stored
        func blockBytes(_ spec: AttentionSpec) -> Int {
            spec.numKVHeads * blockSize / groupSize * Int(ck_kv_group_bytes(stored, Int64(spec.headDim)))
        }
        let layerBytes = specs.map { (blockBytes($0.attention) * numBlocks).roundedUp(to: 64) }
        memory = try MappedMemory(count: layerBytes.reduce(0, +), purpose: "the KV cache (\(numBlocks) blocks)")
        layers = .allocate(capacity: specs.count)
        var offset = 0
        for (index, spec) in specs.enumerated() {
            let groupBytes = Int(ck_kv_group_bytes(stored, Int64(spec.attention.headDim)))
            layers.initializeElement(
                at: index,
                to: KVLayer(
                    base: memory.base + offset, numKVHeads: spec.attention.numKVHeads,
                    headDim: spec.attention.headDim, dtype: stored, groupBytes: groupBytes,
                    headBytes: groupBytes * blockSize / groupSize, blockBytes: blockBytes(spec.attention),
                    blockSize: blockSize))
            offset += layerBytes[index]
        }
    }

    deinit { layers.deallocate() }
}

extension KVCacheDType {
    /// The kernels' name of it.
    fileprivate var stored: ck_kv_dtype {
        switch self {
        case .float32: CK_KV_F32
        case .bfloat16: CK_KV_BF16
        case .int8: CK_KV_I8
        }
    }
}
