import CMartletKernels
import MartletModelIR

/// One layer of the cache: `[block][kv head][group of 16 positions]`, groups as `ck_vector.h` lays them out. What cross
/// attention reads lies in one block for each cross slot.
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

/// The states of one recurrent layer, `[slot][element]`; no elements for layers of another kind.
struct StateLayer {
    let base: UnsafeMutablePointer<Float>
    let elements: Int

    /// The state in a slot.
    @inline(__always)
    func state(slot: Int) -> UnsafeMutablePointer<Float> { base + slot * elements }
}

/// The paged cache, the slots of encoders' positions and the states of all layers; pages become resident when they are first used.
final class CPUKVCache: KVCacheStorage {
    let layout: KVCacheLayout
    /// One entry per layer; without heads where a layer keeps nothing per token.
    let layers: UnsafeMutableBufferPointer<KVLayer>
    /// One entry per layer.
    let states: UnsafeMutableBufferPointer<StateLayer>
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
        guard layout.numStateSlots >= 0, layout.numStateSlots > 0 || !layout.isRecurrent else {
            throw BackendError(
                backend: CPUBackend.name, message: "\(layout.numStateSlots) state slots; expected 1 or more")
        }
        guard layout.numCrossSlots >= 0, layout.numCrossSlots > 0 || !layout.hasCrossAttention else {
            throw BackendError(
                backend: CPUBackend.name, message: "\(layout.numCrossSlots) cross slots; expected 1 or more")
        }
        self.layout = layout
        let shapes = layout.specs.map { LayerShape($0, dtype: dtype.stored) }
        var offsets: [Int] = []
        var total = 0
        for (index, shape) in shapes.enumerated() {
            offsets.append(total)
            // The positions of an encoder are one block.
            let blocks = layout.groupOfLayer[index].map { layout.groups[$0].numBlocks } ?? layout.numCrossSlots
            total += (shape.headBytes(shape.positions ?? blockSize) * shape.numHeads * blocks).roundedUp(to: 64)
            total += (4 * shape.stateElements * layout.numStateSlots).roundedUp(to: 64)
        }
        memory = try MappedMemory(count: total, purpose: "the KV cache")
        layers = .allocate(capacity: shapes.count)
        states = .allocate(capacity: shapes.count)
        for (index, shape) in shapes.enumerated() {
            // A layer has blocks or states, not both.
            let base = memory.base + offsets[index]
            let blockSize = shape.positions ?? blockSize
            layers.initializeElement(
                at: index,
                to: KVLayer(
                    base: base, numKVHeads: shape.numHeads, headDim: shape.width, dtype: dtype.stored,
                    groupBytes: shape.groupBytes, headBytes: shape.headBytes(blockSize),
                    blockBytes: shape.headBytes(blockSize) * shape.numHeads, blockSize: blockSize,
                    blockGroup: layout.groupOfLayer[index] ?? 0))
            states.initializeElement(
                at: index,
                to: StateLayer(base: base.assumingMemoryBound(to: Float.self), elements: shape.stateElements))
        }
    }

    func copyState(from source: Int, to target: Int) {
        for layer in states where layer.elements > 0 {
            layer.state(slot: target).update(from: layer.state(slot: source), count: layer.elements)
        }
    }

    deinit {
        layers.deallocate()
        states.deallocate()
    }
}

/// Sizes of what a layer keeps.
private struct LayerShape {
    var numHeads = 0
    var width = 0
    var groupBytes = 0
    var stateElements = 0
    /// Positions of a cross slot in whole groups; nil for layers of other kinds.
    var positions: Int?

    init(_ spec: KVCacheSpec, dtype: ck_kv_dtype) {
        switch spec {
        case .full(let attention), .slidingWindow(let attention):
            (numHeads, width) = (attention.numKVHeads, attention.headDim)
            groupBytes = Int(ck_kv_group_bytes(dtype, Int64(width)))
        case .latent(let latent):
            (numHeads, width) = (1, latent.cachedWidth)
            groupBytes = Int(ck_latent_group_bytes(dtype, Int64(width)))
        case .recurrent(let recurrent):
            stateElements = recurrent.elements
        case .cross(let cross):
            (numHeads, width) = (cross.numHeads, cross.headDim)
            groupBytes = Int(ck_kv_group_bytes(dtype, Int64(width)))
            positions = cross.numPositions.roundedUp(to: groupSize)
        }
    }

    func headBytes(_ blockSize: Int) -> Int { groupBytes * blockSize / groupSize }
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
