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
        let perMatrix = scales.blocks(rows: rows)
        floats.withUnsafeMutableBufferPointer { floats in
            for row in 0..<count / columns {
                let elements = UnsafeMutableBufferPointer(rebasing: floats[row * columns..<(row + 1) * columns])
                let block = row / rows * perMatrix + row % rows / scales.rowsPerScale
                scales.scale(elements, block: block)
            }
        }
        return floats
    }
}

extension WeightScales {
    /// Multiplies the elements of one row of a matrix with their scales.
    public func scale(_ elements: UnsafeMutableBufferPointer<Float>, row: Int) {
        scale(elements, block: row / rowsPerScale)
    }

    /// The same for a row of the block of rows number `block`.
    fileprivate func scale(_ elements: UnsafeMutableBufferPointer<Float>, block: Int) {
        var index = block * scalesPerRow(columns: elements.count)
        for start in stride(from: 0, to: elements.count, by: columnsPerScale) {
            let scale = value(index)
            for column in start..<start + min(columnsPerScale, elements.count - start) { elements[column] *= scale }
            index += 1
        }
    }
}
