#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A row-major float32 matrix with the arithmetic of the ops that act on one row at a time.
struct ReferenceMatrix {
    let width: Int
    var elements: [Float]

    var rows: Int { elements.count / width }

    func row(_ index: Int) -> ArraySlice<Float> { elements[index * width..<(index + 1) * width] }

    func gathering(_ indices: [Int]) -> ReferenceMatrix {
        ReferenceMatrix(width: width, elements: indices.flatMap(row))
    }

    func adding(_ other: ReferenceMatrix) -> ReferenceMatrix {
        ReferenceMatrix(width: width, elements: zip(elements, other.elements).map(+))
    }

    mutating func addRow(_ bias: [Float]) {
        for index in elements.indices { elements[index] += bias[index % width] }
    }

    /// `self @ weight.T`, rows of `weight` being as wide as rows of `self`.
    func multiplied(byTransposeOf weight: ReferenceMatrix) -> ReferenceMatrix {
        var product = [Float](repeating: 0, count: rows * weight.rows)
        for m in 0..<rows {
            for n in 0..<weight.rows {
                var sum = 0.0
                for k in 0..<width {
                    sum += Double(elements[m * width + k]) * Double(weight.elements[n * width + k])
                }
                product[m * weight.rows + n] = Float(sum)
            }
        }
        return ReferenceMatrix(width: weight.rows, elements: product)
    }

    func rmsNorm(_ weight: [Float], eps: Float) -> ReferenceMatrix {
        var result = self
        for start in stride(from: 0, to: elements.count, by: width) {
            result.normalize(start..<start + width, weight, eps: eps)
        }
        return result
    }

    /// Norms each query head, then each key head; value heads stay.
    func qkNorm(query: [Float], key: [Float], eps: Float, _ spec: AttentionSpec) -> ReferenceMatrix {
        var result = self
        for row in 0..<rows {
            for head in 0..<spec.numHeads + spec.numKVHeads {
                let start = row * width + head * spec.headDim
                result.normalize(start..<start + spec.headDim, head < spec.numHeads ? query : key, eps: eps)
            }
        }
        return result
    }

    private mutating func normalize(_ range: Range<Int>, _ weight: [Float], eps: Float) {
        let meanSquare = range.reduce(0.0) { $0 + Double(elements[$1]) * Double(elements[$1]) } / Double(range.count)
        let factor = Float(1 / (meanSquare + Double(eps)).squareRoot())
        for (index, position) in range.enumerated() { elements[position] *= factor * weight[index] }
    }

    /// Rotates query and key heads; angles are float32 products, as in transformers.
    func rotated(_ rotary: RotaryEmbedding, _ spec: AttentionSpec, position: (Int) -> Int) -> ReferenceMatrix {
        var result = self
        let half = rotary.rotaryDim / 2
        for row in 0..<rows {
            for (pair, frequency) in rotary.inverseFrequencies.enumerated() {
                let angle = Float(position(row)) * frequency
                let (c, s) = (cosf(angle) * rotary.attentionFactor, sinf(angle) * rotary.attentionFactor)
                for head in 0..<spec.numHeads + spec.numKVHeads {
                    let start = row * width + head * spec.headDim
                    let first = start + (rotary.isNeoxStyle ? pair : 2 * pair)
                    let second = start + (rotary.isNeoxStyle ? pair + half : 2 * pair + 1)
                    result.elements[first] = elements[first] * c - elements[second] * s
                    result.elements[second] = elements[second] * c + elements[first] * s
                }
            }
        }
        return result
    }

    func gatedSiLU() -> ReferenceMatrix {
        let half = width / 2
        var result = ReferenceMatrix(width: half, elements: [])
        for row in 0..<rows {
            for (gate, up) in zip(self.row(row).prefix(half), self.row(row).suffix(half)) {
                result.elements.append(Float(Double(gate) / (1 + exp(-Double(gate)))) * up)
            }
        }
        return result
    }
}

extension ReferenceKVCache {
    /// Softmax attention of one token's query heads over the given slots. `[numHeads * headDim]` in and out.
    func attend(query: ArraySlice<Float>, slots: [Int], _ spec: AttentionSpec) -> [Float] {
        let cache = layers[spec.layer]
        let headsPerKVHead = spec.numHeads / spec.numKVHeads
        var output: [Float] = []
        for head in 0..<spec.numHeads {
            let offset = head / headsPerKVHead * spec.headDim
            let starts = slots.map { $0 * spec.numKVHeads * spec.headDim + offset }
            let q = Array(query.dropFirst(head * spec.headDim).prefix(spec.headDim))
            let scores = starts.map { start in
                (0..<spec.headDim).reduce(0.0) { $0 + Double(q[$1]) * Double(cache.keys[start + $1]) }
                    * Double(spec.scale)
            }
            let largest = scores.max() ?? 0
            let weights = scores.map { exp($0 - largest) }
            let total = weights.reduce(0, +)
            for dimension in 0..<spec.headDim {
                let sum = zip(weights, starts).reduce(0.0) { $0 + $1.0 * Double(cache.values[$1.1 + dimension]) }
                output.append(Float(sum / total))
            }
        }
        return output
    }
}
