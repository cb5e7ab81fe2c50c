extension WeightView {
    /// All elements as float32, scales applied; the plain reference that every kernel is compared with.
    public func dequantized() -> [Float] {
        let count = shape.reduce(1, *)
        var floats = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            format.dequantize(bytes, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
        guard let scales, let columns = shape.last, columns > 0 else { return floats }
        let perRow = scales.scalesPerRow(columns: columns)
        for row in 0..<count / columns {
            for column in 0..<columns {
                floats[row * columns + column] *= scales.value(
                    row / scales.rowsPerScale * perRow + column / scales.columnsPerScale)
            }
        }
        return floats
    }
}
