#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ReferenceExecutable {
    /// Stores keys and values of the step's tokens, then attends over the cache.
    func attention(
        _ qkv: ReferenceMatrix, _ spec: AttentionSpec, _ batch: InputBatch, _ cache: ReferenceKVCache
    ) -> ReferenceMatrix {
        let queryWidth = spec.numHeads * spec.headDim
        let keyWidth = spec.numKVHeads * spec.headDim
        let group = cache.layout.groupOfLayer[spec.layer] ?? 0
        for token in 0..<batch.numTokens {
            let row = qkv.row(token)
            cache.store(
                keys: row.dropFirst(queryWidth).prefix(keyWidth), values: row.suffix(keyWidth), layer: spec.layer,
                slot: Int(batch.slotMapping(group: group)[token]))
        }
        return perToken(batch, width: queryWidth) { request, token in
            let position = Int(batch.positions[token])
            let first = spec.slidingWindow.map { max(0, position - $0 + 1) } ?? 0
            let slots = slots(first...position, request, group, batch, cache)
            return attend(query: qkv.row(token).prefix(queryWidth), spec, count: slots.count) { index, head in
                let column = head * spec.headDim
                return (
                    cache.key(layer: spec.layer, slot: slots[index], column: column, count: spec.headDim),
                    cache.value(layer: spec.layer, slot: slots[index], column: column, count: spec.headDim)
                )
            }
        }
    }

    /// Attends from every token to all tokens its request has in this step.
    func bidirectional(_ qkv: ReferenceMatrix, _ spec: AttentionSpec, _ batch: InputBatch) -> ReferenceMatrix {
        let queryWidth = spec.numHeads * spec.headDim
        return perToken(batch, width: queryWidth) { request, token in
            let all = Int(batch.queryStartLoc[request])..<Int(batch.queryStartLoc[request + 1])
            let seen = all.filter { other in spec.slidingWindow.map { abs(other - token) < $0 } ?? true }
            return attend(query: qkv.row(token).prefix(queryWidth), spec, count: seen.count) { index, head in
                let keys = qkv.row(seen[index]).dropFirst(queryWidth + head * spec.headDim)
                return (keys.prefix(spec.headDim), keys.dropFirst(spec.numKVHeads * spec.headDim).prefix(spec.headDim))
            }
        }
    }

    /// Makes every key and value from the cached latent rows, as the definition says.
    func latentAttention(
        _ query: ReferenceMatrix, _ latent: ReferenceMatrix, _ ropeKey: ReferenceMatrix, _ spec: LatentAttentionSpec,
        _ batch: InputBatch, _ cache: ReferenceKVCache
    ) -> ReferenceMatrix {
        let headDim = spec.nopeDim + spec.ropeDim
        let position = { (row: Int) in Int(batch.positions[row]) }
        let isLong = longRows(batch)
        let rotatedQuery = query.rotated(
            spec.rotary, headDim: headDim, numQueries: spec.numHeads, rotated: spec.numHeads, start: spec.nopeDim,
            position: position, isLong: isLong)
        let rotatedKey = ropeKey.rotated(
            spec.rotary, headDim: spec.ropeDim, numQueries: 0, rotated: 1, position: position, isLong: isLong)
        let group = cache.layout.groupOfLayer[spec.layer] ?? 0
        for token in 0..<batch.numTokens {
            cache.store(
                keys: latent.row(token) + rotatedKey.row(token), values: [], layer: spec.layer,
                slot: Int(batch.slotMapping(group: group)[token]))
        }
        let (keyUp, valueUp) = (matrix(spec.keyUp), matrix(spec.valueUp))
        let attention = AttentionSpec(
            layer: spec.layer, numHeads: spec.numHeads, numKVHeads: spec.numHeads, headDim: headDim, scale: spec.scale)
        return perToken(batch, width: spec.numHeads * spec.valueDim) { request, token in
            let slots = slots(0...position(token), request, group, batch, cache)
            let rows = slots.map { slot in
                let row = cache.key(layer: spec.layer, slot: slot, column: 0, count: spec.cachedWidth)
                let latent = ReferenceMatrix(width: spec.latentDim, elements: Array(row.prefix(spec.latentDim)))
                return (
                    keys: latent.multiplied(byTransposeOf: keyUp).elements, rope: row.suffix(spec.ropeDim),
                    values: latent.multiplied(byTransposeOf: valueUp).elements
                )
            }
            return attend(query: rotatedQuery.row(token), attention, count: slots.count) { index, head in
                let nope = rows[index].keys.dropFirst(head * spec.nopeDim).prefix(spec.nopeDim)
                return (
                    nope + rows[index].rope,
                    rows[index].values.dropFirst(head * spec.valueDim).prefix(spec.valueDim)
                )
            }
        }
    }

    private func slots(
        _ positions: ClosedRange<Int>, _ request: Int, _ group: Int, _ batch: InputBatch, _ cache: ReferenceKVCache
    ) -> [Int] {
        let table = batch.blockTables(group: group) + request * batch.maxBlocksPerRequest
        let blockSize = cache.layout.blockSize
        return positions.map { Int(table[$0 / blockSize]) * blockSize + $0 % blockSize }
    }

    func perToken(
        _ batch: InputBatch, width: Int, _ row: (_ request: Int, _ token: Int) -> [Float]
    ) -> ReferenceMatrix {
        var result = ReferenceMatrix(width: width, elements: [])
        for request in 0..<batch.numRequests {
            for token in Int(batch.queryStartLoc[request])..<Int(batch.queryStartLoc[request + 1]) {
                result.elements += row(request, token)
            }
        }
        return result
    }

    /// Softmax attention of one token's query heads over `count` keys and values, given by index and key head.
    func attend(
        query: ArraySlice<Float>, _ spec: AttentionSpec, count: Int,
        _ entry: (_ index: Int, _ head: Int) -> (key: ArraySlice<Float>, value: ArraySlice<Float>)
    ) -> [Float] {
        var output: [Float] = []
        for head in 0..<spec.numHeads {
            let entries = (0..<count).map { entry($0, head / (spec.numHeads / spec.numKVHeads)) }
            let weights = weights(query: query, spec, head: head, keys: entries.map(\.key))
            for column in 0..<(entries.first?.value.count ?? 0) {
                let sum = zip(weights, entries).reduce(0.0) { sum, pair in
                    sum + pair.0 * Double(pair.1.value[pair.1.value.startIndex + column])
                }
                output.append(Float(sum))
            }
        }
        return output
    }

    /// What one query head gives to each of its keys.
    func weights(
        query: ArraySlice<Float>, _ spec: AttentionSpec, head: Int, keys: [ArraySlice<Float>]
    ) -> [Double] {
        let q = query.dropFirst(head * spec.headDim).prefix(spec.headDim)
        let scores = keys.map { key in
            let score = zip(q, key).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * Double(spec.scale)
            return spec.softcap.map { Double($0) * tanh(score / Double($0)) } ?? score
        }
        let sink = spec.sinks.map { Double(floats($0)[head]) }
        let largest = max(scores.max() ?? 0, sink ?? -.infinity)
        let weights = scores.map { exp($0 - largest) }
        let total = weights.reduce(sink.map { exp($0 - largest) } ?? 0, +)
        return weights.map { $0 / total }
    }
}
