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
    /// The layer's group, see `KVCacheLayout`.
    let blockGroup: Int

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
    let layout: KVCacheLayout
    /// One entry per layer.
    let layers: UnsafeMutableBufferPointer<KVLayer>
    private let memory: MappedMemory

    /// **Throws** when the block size is no multiple of 16 or memory is short.
    init(_ layout: KVCacheLayout, dtype: KVCacheDType) throws(BackendError) {
        let blockSize = layout.blockSize
        guard blockSize > 0, blockSize % groupSize == 0, blockSize <= 65536 else {
            throw BackendError(
                backend: CPUBackend.name, message: "block size \(blockSize); expected a multiple of \(groupSize)")
        }
        for group in layout.groups where group.numBlocks <= 0 || group.numBlocks > Int(Int32.max) / blockSize {
            throw BackendError(
                backend: CPUBackend.name,
                message: "\(group.numBlocks) cache blocks; expected 1 to \(Int(Int32.max) / blockSize)")
        }
        self.layout = layout
        let stored = dtype.stored
        func blockBytes(_ spec: AttentionSpec) -> Int {
            spec.numKVHeads * blockSize / groupSize * Int(ck_kv_group_bytes(stored, Int64(spec.headDim)))
        }
        var attentions: [(spec: AttentionSpec, group: Int)] = []
        for (index, spec) in layout.specs.enumerated() {
            guard let attention = spec.attention, let group = layout.groupOfLayer[index] else {
                throw BackendError(backend: CPUBackend.name, message: "layer \(index): \(spec) is not supported")
            }
            attentions.append((attention, group))
        }
        let layerBytes = attentions.map { (blockBytes($0.spec) * layout.groups[$0.group].numBlocks).roundedUp(to: 64) }
        memory = try MappedMemory(count: layerBytes.reduce(0, +), purpose: "the KV cache")
        layers = .allocate(capacity: attentions.count)
        var offset = 0
        for (index, attention) in attentions.enumerated() {
            let spec = attention.spec
            let groupBytes = Int(ck_kv_group_bytes(stored, Int64(spec.headDim)))
            layers.initializeElement(
                at: index,
                to: KVLayer(
                    base: memory.base + offset, numKVHeads: spec.numKVHeads, headDim: spec.headDim, dtype: stored,
                    groupBytes: groupBytes, headBytes: groupBytes * blockSize / groupSize,
                    blockBytes: blockBytes(spec), blockSize: blockSize, blockGroup: attention.group))
            offset += layerBytes[index]
        }
    }

    func copyState(from source: Int, to target: Int) {}

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
