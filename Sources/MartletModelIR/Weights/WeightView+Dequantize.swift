extension WeightView {
    /// All elements as float32, scales applied; the plain reference that every kernel is compared with.
    public func dequantized() -> [Float] {
        let count = shape.reduce(1, *)
        var floats = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            format.dequantize(bytes, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
        guard let scales, let columns = shape.last, count > 0 else { return floats }
        // The last block of rows may be partial, and every matrix of a stack has its own.
        let rows = shape.count < 2 ? 1 : shape[shape.count - 2]
        let (perRow, perMatrix) = (scales.scalesPerRow(columns: columns), scales.blocks(rows: rows))
        for row in 0..<count / columns {
            let blockRow = row / rows * perMatrix + row % rows / scales.rowsPerScale
            for column in 0..<columns {
                floats[row * columns + column] *= scales.value(blockRow * perRow + column / scales.columnsPerScale)
            }
        }
        return floats
    }
}
