/// The paged cache of the reference backend: float32 values that went through the rounding of their dtype.
final class ReferenceKVCache: KVCacheStorage {
    /// Keys or values of one slot come first by layer, then slot, then head.
    struct Layer {
        let numKVHeads: Int
        let headDim: Int
        var keys: [Float]
        var values: [Float]
    }

    let numBlocks: Int
    let blockSize: Int
    let dtype: KVCacheDType
    private(set) var layers: [Layer]

    init(_ specs: [KVCacheSpec], numBlocks: Int, blockSize: Int, dtype: KVCacheDType) {
        self.numBlocks = numBlocks
        self.blockSize = blockSize
        self.dtype = dtype
        layers = specs.map { spec in
            let attention = spec.attention
            let count = numBlocks * blockSize * attention.numKVHeads * attention.headDim
            // Slots nobody wrote must never be read: NaN shows it.
            let unwritten = [Float](repeating: .nan, count: count)
            return Layer(
                numKVHeads: attention.numKVHeads, headDim: attention.headDim, keys: unwritten, values: unwritten)
        }
    }

    /// Writes one token's keys and values, `[numKVHeads * headDim]` each.
    func store(keys: ArraySlice<Float>, values: ArraySlice<Float>, layer: Int, slot: Int) {
        let headDim = layers[layer].headDim
        let width = layers[layer].numKVHeads * headDim
        for head in 0..<layers[layer].numKVHeads {
            let start = slot * width + head * headDim
            let key = rounded(keys.dropFirst(head * headDim).prefix(headDim))
            let value = rounded(values.dropFirst(head * headDim).prefix(headDim))
            layers[layer].keys.replaceSubrange(start..<start + headDim, with: key)
            layers[layer].values.replaceSubrange(start..<start + headDim, with: value)
        }
    }

    /// What one head's values are after they were stored as `dtype` and read back.
    private func rounded(_ head: ArraySlice<Float>) -> [Float] {
        switch dtype {
        case .float32:
            return Array(head)
        case .bfloat16:
            return head.map(\.roundedToBFloat16)
        case .int8:
            let scale = (head.map(\.magnitude).max() ?? 0) / 127
            return scale == 0 ? Array(head) : head.map { ($0 / scale).rounded(.toNearestOrEven) * scale }
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
