extension ReferenceExecutable {
    /// The rows around each row side by side; no row sees another request.
    func unfold(
        _ x: ReferenceMatrix, _ unfold: Unfold, _ batch: InputBatch, rowsPerToken: Int
    ) -> ReferenceMatrix {
        var result = ReferenceMatrix(width: x.width * unfold.kernelSize, elements: [])
        for request in 0..<batch.numRequests {
            let first = Int(batch.queryStartLoc[request]) * rowsPerToken
            let end = Int(batch.queryStartLoc[request + 1]) * rowsPerToken
            for row in stride(from: first, to: end, by: unfold.stride) {
                for column in 0..<x.width {
                    for offset in 0..<unfold.kernelSize {
                        let source = row + offset - unfold.padding
                        let isInside = source >= first && source < end
                        result.elements.append(isInside ? x.elements[source * x.width + column] : 0)
                    }
                }
            }
        }
        return result
    }

    /// Writes keys and values of an encoder's positions to the slots of their requests.
    func storeCrossKV(
        _ keysAndValues: ReferenceMatrix, _ spec: CrossAttentionSpec, _ batch: InputBatch, _ cache: ReferenceKVCache
    ) {
        for request in 0..<batch.numRequests {
            for token in Int(batch.queryStartLoc[request])..<Int(batch.queryStartLoc[request + 1]) {
                let row = keysAndValues.row(token)
                let slot = Int(batch.crossSlots[request]) * spec.numPositions + Int(batch.positions[token])
                cache.store(
                    keys: row.prefix(spec.width), values: row.suffix(spec.width), layer: spec.layer, slot: slot)
            }
        }
    }

    /// Attends from every token to all positions of its request's slot.
    func crossAttention(
        _ query: ReferenceMatrix, _ spec: CrossAttentionSpec, _ batch: InputBatch, _ cache: ReferenceKVCache
    ) -> ReferenceMatrix {
        let attention = AttentionSpec(
            layer: spec.layer, numHeads: spec.numHeads, numKVHeads: spec.numHeads, headDim: spec.headDim,
            scale: spec.scale)
        let (layer, headDim) = (spec.layer, spec.headDim)
        return perToken(batch, width: spec.width) { request, token in
            let first = Int(batch.crossSlots[request]) * spec.numPositions
            if let weights = batch.crossWeights {
                for (index, head) in spec.alignmentHeads.enumerated() {
                    let keys = (0..<spec.numPositions).map {
                        cache.key(layer: layer, slot: first + $0, column: head * headDim, count: headDim)
                    }
                    let row = token * numAlignmentHeads + spec.firstAlignmentHead + index
                    let given = self.weights(query: query.row(token), attention, head: head, keys: keys)
                    for (position, weight) in given.enumerated() {
                        weights[row * spec.numPositions + position] = Float(weight)
                    }
                }
            }
            return attend(query: query.row(token), attention, count: spec.numPositions) { index, head in
                (
                    cache.key(layer: layer, slot: first + index, column: head * headDim, count: headDim),
                    cache.value(layer: layer, slot: first + index, column: head * headDim, count: headDim)
                )
            }
        }
    }
}
