/// The paged cache of the reference backend: float32 values that went through the rounding of their dtype.
final class ReferenceKVCache: KVCacheStorage {
    /// What a layer keeps per token: rows of keys and of values, each rounded in heads of `headDim`.
    struct Layer {
        var keyWidth = 0
        var valueWidth = 0
        var headDim = 1
        var keys: [Float] = []
        var values: [Float] = []
        /// Floats of a state, and the states of all slots.
        var stateSize = 0
        var states: [Float] = []
    }

    let layout: KVCacheLayout
    let dtype: KVCacheDType
    var layers: [Layer]

    init(_ layout: KVCacheLayout, dtype: KVCacheDType) {
        self.layout = layout
        self.dtype = dtype
        layers = layout.specs.enumerated().map { index, spec in
            var layer = Layer()
            switch spec {
            case .full(let attention), .slidingWindow(let attention):
                layer.keyWidth = attention.numKVHeads * attention.headDim
                layer.valueWidth = layer.keyWidth
                layer.headDim = attention.headDim
            case .latent(let latent):
                layer.keyWidth = latent.cachedWidth
                layer.headDim = latent.cachedWidth
            case .recurrent(let recurrent):
                layer.stateSize = recurrent.elements
            case .cross(let cross):
                layer.keyWidth = cross.width
                layer.valueWidth = cross.width
                layer.headDim = cross.headDim
            }
            var numSlots = layout.groupOfLayer[index].map { layout.groups[$0].numBlocks * layout.blockSize } ?? 0
            if case .cross(let cross) = spec { numSlots = layout.numCrossSlots * cross.numPositions }
            // Slots nobody wrote must never be read: NaN shows it.
            layer.keys = [Float](repeating: .nan, count: numSlots * layer.keyWidth)
            layer.values = [Float](repeating: .nan, count: numSlots * layer.valueWidth)
            layer.states = [Float](repeating: .nan, count: layout.numStateSlots * layer.stateSize)
            return layer
        }
    }

    /// Writes one token's row of keys and row of values.
    func store(keys: ArraySlice<Float>, values: ArraySlice<Float>, layer: Int, slot: Int) {
        let headDim = layers[layer].headDim
        let (keyStart, valueStart) = (slot * layers[layer].keyWidth, slot * layers[layer].valueWidth)
        layers[layer].keys.replaceSubrange(keyStart..<keyStart + keys.count, with: rounded(keys, headDim))
        layers[layer].values.replaceSubrange(valueStart..<valueStart + values.count, with: rounded(values, headDim))
    }

    /// `count` keys of a slot from column `column` on.
    func key(layer: Int, slot: Int, column: Int, count: Int) -> ArraySlice<Float> {
        layers[layer].keys[slot * layers[layer].keyWidth + column..<slot * layers[layer].keyWidth + column + count]
    }

    /// `count` values of a slot from column `column` on.
    func value(layer: Int, slot: Int, column: Int, count: Int) -> ArraySlice<Float> {
        let start = slot * layers[layer].valueWidth + column
        return layers[layer].values[start..<start + count]
    }

    /// A layer's state in a slot, or zeros for a request that begins.
    func state(_ reference: StateRef, slot: Int, isFresh: Bool) -> [Float] {
        if isFresh { return [Float](repeating: 0, count: reference.count) }
        let start = slot * layers[reference.layer].stateSize + reference.offset
        return Array(layers[reference.layer].states[start..<start + reference.count])
    }

    /// Writes a state back.
    func store(_ state: [Float], _ reference: StateRef, slot: Int) {
        precondition(state.count == reference.count)
        let start = slot * layers[reference.layer].stateSize + reference.offset
        layers[reference.layer].states.replaceSubrange(start..<start + reference.count, with: state)
    }

    func copyState(from source: Int, to target: Int) {
        for index in layers.indices where layers[index].stateSize > 0 {
            let size = layers[index].stateSize
            let state = layers[index].states[source * size..<(source + 1) * size]
            layers[index].states.replaceSubrange(target * size..<(target + 1) * size, with: Array(state))
        }
    }

    /// What a row is after its heads were stored as `dtype` and read back.
    private func rounded(_ row: ArraySlice<Float>, _ headDim: Int) -> [Float] {
        switch dtype {
        case .float32:
            return Array(row)
        case .bfloat16:
            return row.map(\.roundedToBFloat16)
        case .int8:
            return stride(from: row.startIndex, to: row.endIndex, by: headDim).flatMap { start in
                let head = row[start..<start + headDim]
                let scale = (head.map(\.magnitude).max() ?? 0) / 127
                return scale == 0 ? Array(head) : head.map { ($0 / scale).rounded(.toNearestOrEven) * scale }
            }
        }
    }
}

extension Float {
    /// The nearest bfloat16, ties to even.
    var roundedToBFloat16: Float {
        guard isFinite else { return self }
        let bits = bitPattern
        return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
    }
}
