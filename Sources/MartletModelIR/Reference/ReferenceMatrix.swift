#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A row-major float32 matrix with the arithmetic of the ops that act on one row at a time.
struct ReferenceMatrix {
    let width: Int
    var elements: [Float]

    var rows: Int { width == 0 ? 0 : elements.count / width }

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

    /// Normalises columns `columns` of every row, group by group.
    func normalized(_ norm: ReferenceNorm, columns: Range<Int>? = nil) -> ReferenceMatrix {
        var result = self
        let columns = columns ?? 0..<width
        for row in 0..<rows {
            for first in stride(from: columns.lowerBound, to: columns.upperBound, by: norm.groupSize) {
                let start = row * width + first
                norm.apply(to: &result.elements, start..<start + norm.groupSize, offset: first - columns.lowerBound)
            }
        }
        return result
    }

    /// Rotates the first `rotated` heads of `headDim` columns; the first `numQueries` of them grow with their position.
    /// Angles are float32 products, as in transformers.
    func rotated(
        _ rotary: RotaryEmbedding, headDim: Int, numQueries: Int, rotated: Int, start: Int = 0,
        position: (Int) -> Int, isLong: (Int) -> Bool
    ) -> ReferenceMatrix {
        var result = self
        let half = rotary.rotaryDim / 2
        for row in 0..<rows {
            let long = isLong(row) ? rotary.long : nil
            let factor = long?.attentionFactor ?? rotary.attentionFactor
            let growth = rotary.queryScaling?.factor(position: position(row)) ?? 1
            for (pair, frequency) in (long?.inverseFrequencies ?? rotary.inverseFrequencies).enumerated() {
                let angle = Float(position(row)) * frequency
                let (c, s) = (cosf(angle) * factor, sinf(angle) * factor)
                for head in 0..<rotated {
                    let start = row * width + head * headDim + start
                    let first = start + (rotary.isNeoxStyle ? pair : 2 * pair)
                    let second = start + (rotary.isNeoxStyle ? pair + half : 2 * pair + 1)
                    result.elements[first] = elements[first] * c - elements[second] * s
                    result.elements[second] = elements[second] * c + elements[first] * s
                }
            }
            if growth != 1 {
                for column in 0..<numQueries * headDim { result.elements[row * width + column] *= growth }
            }
        }
        return result
    }

    /// Every element through `function`.
    func mapped(_ function: (Float) -> Float) -> ReferenceMatrix {
        ReferenceMatrix(width: width, elements: elements.map(function))
    }

    /// Elementwise product; `other` may have one column.
    func multiplied(by other: ReferenceMatrix) -> ReferenceMatrix {
        let product = elements.indices.map { index in
            elements[index] * other.elements[other.width == 1 ? index / width : index]
        }
        return ReferenceMatrix(width: width, elements: product)
    }

    /// `function(gate, up)` of the two halves of every row.
    func gated(_ function: (Float, Float) -> Float) -> ReferenceMatrix {
        let half = width / 2
        var result = ReferenceMatrix(width: half, elements: [])
        for row in 0..<rows {
            for (gate, up) in zip(self.row(row).prefix(half), self.row(row).suffix(half)) {
                result.elements.append(function(gate, up))
            }
        }
        return result
    }
}

/// A norm with its weights.
struct ReferenceNorm {
    let kind: Norm.Kind
    let groupSize: Int
    let factors: [Float]
    let biases: [Float]
    let eps: Float

    /// Normalises one group in place; `offset` is its first column, for factors as wide as the row.
    func apply(to elements: inout [Float], _ range: Range<Int>, offset: Int) {
        let count = Double(range.count)
        let mean = kind == .layer ? range.reduce(0.0) { $0 + Double(elements[$1]) } / count : 0
        let meanSquare = range.reduce(0.0) { sum, index in
            let distance = Double(elements[index]) - mean
            return sum + distance * distance
        }
        let factor = 1 / (meanSquare / count + Double(eps)).squareRoot()
        for (index, position) in range.enumerated() {
            var value = Float((Double(elements[position]) - mean) * factor)
            if !factors.isEmpty { value *= factors[factors.count == groupSize ? index : offset + index] }
            if !biases.isEmpty { value += biases[biases.count == groupSize ? index : offset + index] }
            elements[position] = value
        }
    }
}
