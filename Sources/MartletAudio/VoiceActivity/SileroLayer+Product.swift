extension SileroWeights.Layer {
    private typealias Vector = SIMD4<Float>

    /// `output[column] = bias + weights * input[column]` for four columns at once.
    ///
    /// Each weight is read once for the four; sums of eight outputs of four columns stay in registers.
    /// - Parameters:
    ///   - input: Where input `k` of a column is `input[k * inputStride + columnOffset * column]`.
    ///   - output: `[4, numOutputs]`.
    func applyToFour(
        _ input: UnsafePointer<Float>, inputStride: Int, columnOffset: Int, into output: UnsafeMutablePointer<Float>
    ) {
        weights.withUnsafeBytes { weights in
            for first in stride(from: 0, to: numOutputs, by: 8) {
                let low = Vector(bias[first], bias[first + 1], bias[first + 2], bias[first + 3])
                let high = Vector(bias[first + 4], bias[first + 5], bias[first + 6], bias[first + 7])
                var (a0, a1, a2, a3) = (low, low, low, low)
                var (b0, b1, b2, b3) = (high, high, high, high)
                for k in 0..<numInputs {
                    let offset = (k * numOutputs + first) * 4
                    let w0 = weights.loadUnaligned(fromByteOffset: offset, as: Vector.self)
                    let w1 = weights.loadUnaligned(fromByteOffset: offset + 16, as: Vector.self)
                    let x = input + k * inputStride
                    let (x0, x1) = (x[0], x[columnOffset])
                    let (x2, x3) = (x[2 * columnOffset], x[3 * columnOffset])
                    a0 += w0 * x0
                    b0 += w1 * x0
                    a1 += w0 * x1
                    b1 += w1 * x1
                    a2 += w0 * x2
                    b2 += w1 * x2
                    a3 += w0 * x3
                    b3 += w1 * x3
                }
                for (column, (a, b)) in [(a0, b0), (a1, b1), (a2, b2), (a3, b3)].enumerated() {
                    let target = UnsafeMutableRawPointer(output + column * numOutputs + first)
                    target.storeBytes(of: a, as: Vector.self)
                    target.storeBytes(of: b, toByteOffset: 16, as: Vector.self)
                }
            }
        }
    }

    /// `output = bias + weights * input` for one column, skipping inputs that are zero, as half of them are after the
    /// convolutions.
    func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
        weights.withUnsafeBytes { weights in
            for first in stride(from: 0, to: numOutputs, by: 8) {
                var a = Vector(bias[first], bias[first + 1], bias[first + 2], bias[first + 3])
                var b = Vector(bias[first + 4], bias[first + 5], bias[first + 6], bias[first + 7])
                for k in 0..<numInputs where input[k] != 0 {
                    let offset = (k * numOutputs + first) * 4
                    a += weights.loadUnaligned(fromByteOffset: offset, as: Vector.self) * input[k]
                    b += weights.loadUnaligned(fromByteOffset: offset + 16, as: Vector.self) * input[k]
                }
                let target = UnsafeMutableRawPointer(output + first)
                target.storeBytes(of: a, as: Vector.self)
                target.storeBytes(of: b, toByteOffset: 16, as: Vector.self)
            }
        }
    }
}
