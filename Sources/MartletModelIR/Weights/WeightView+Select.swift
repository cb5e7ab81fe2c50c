extension WeightView {
    /// The part of a stored tensor that a reference means.
    ///
    /// A range of whole rows is a view of the same bytes; anything else is copied. Rows keep their format, a transposed
    /// matrix keeps 16- and 32-bit formats and becomes float32 otherwise, as do rows that share scales with others.
    /// `shape` must be `selection.storedShape(of:)`.
    func selecting(_ selection: WeightSelection, shape: [Int]) -> WeightView {
        var view = self
        if let index = selection.index { view = view.slice(index) }
        if selection.isTransposed { view = view.transposing() }
        if let rows = selection.rows { view = view.selecting(rows) }
        return view.reshaped(shape)
    }

    /// The same bytes with dimensions of size one added or dropped.
    func reshaped(_ shape: [Int]) -> WeightView {
        WeightView(bytes: bytes, format: format, shape: shape, scales: scales, owner: owner)
    }

    private func slice(_ index: Int) -> WeightView {
        let inner = Array(shape.dropFirst())
        let size = bytes.count / shape[0]
        let part = scales.map { scales in
            let scaleBytes = scales.bytes.count / shape[0]
            return scales.replacing(
                UnsafeRawBufferPointer(rebasing: scales.bytes[index * scaleBytes..<(index + 1) * scaleBytes]))
        }
        return WeightView(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size]), format: format,
            shape: inner, scales: part, owner: owner)
    }

    private func transposing() -> WeightView {
        let (rows, columns) = (shape[0], shape[1])
        let target = OwnedBytes(count: bytes.count)
        switch (format, scales == nil) {
        case (.f16, true), (.bf16, true):
            Self.transpose(bytes, UInt16.self, rows, columns, into: target)
        case (.f32, true):
            Self.transpose(bytes, UInt32.self, rows, columns, into: target)
        default:
            let floats = dequantized()
            let wide = OwnedBytes(count: 4 * floats.count)
            floats.withUnsafeBytes { Self.transpose($0, UInt32.self, rows, columns, into: wide) }
            return WeightView(bytes: wide.view, format: .f32, shape: [columns, rows], scales: nil, owner: wide)
        }
        return WeightView(bytes: target.view, format: format, shape: [columns, rows], scales: nil, owner: target)
    }

    private static func transpose<Element: BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _: Element.Type, _ rows: Int, _ columns: Int, into target: OwnedBytes
    ) {
        let size = MemoryLayout<Element>.size
        for row in 0..<rows {
            for column in 0..<columns {
                let element = source.loadUnaligned(fromByteOffset: (row * columns + column) * size, as: Element.self)
                target.base.storeBytes(of: element, toByteOffset: (column * rows + row) * size, as: Element.self)
            }
        }
    }

    private func selecting(_ rows: WeightSelection.Rows) -> WeightView {
        let selected = [rows.length * rows.count] + shape.dropFirst()
        let rowBytes = bytes.count / shape[0]
        let perRow = scales.map { $0.scalesPerRow(columns: shape.last ?? 1) } ?? 0
        let isAligned = scales.map { rows.start % $0.rowsPerScale == 0 } ?? true
        if rows.count == 1, isAligned {
            let part = scales.map { scales in
                let scaleRow = perRow * scales.format.bytes
                let first = rows.start / scales.rowsPerScale
                let end = (rows.start + rows.length + scales.rowsPerScale - 1) / scales.rowsPerScale
                return scales.replacing(
                    UnsafeRawBufferPointer(rebasing: scales.bytes[first * scaleRow..<end * scaleRow]))
            }
            let range = rows.start * rowBytes..<(rows.start + rows.length) * rowBytes
            return WeightView(
                bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), format: format, shape: selected, scales: part,
                owner: owner)
        }
        if let scales, scales.rowsPerScale > 1 {
            let floats = dequantized()
            let wide = OwnedBytes(count: 4 * floats.count)
            floats.withUnsafeBytes { wide.base.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            return WeightView(bytes: wide.view, format: .f32, shape: shape, scales: nil, owner: wide).selecting(rows)
        }
        let target = OwnedBytes(gathering: rows, of: rowBytes, from: bytes)
        let part = scales.map { scales in
            let gathered = OwnedBytes(gathering: rows, of: perRow * scales.format.bytes, from: scales.bytes)
            target.keep(gathered)
            return scales.replacing(gathered.view)
        }
        return WeightView(bytes: target.view, format: format, shape: selected, scales: part, owner: target)
    }
}

extension WeightScales {
    fileprivate func replacing(_ bytes: UnsafeRawBufferPointer) -> WeightScales {
        WeightScales(
            bytes: bytes, format: format, rowsPerScale: rowsPerScale, columnsPerScale: columnsPerScale)
    }
}

extension WeightSelection {
    /// The shape of the stored tensor whose part has the shape `shape`.
    public func storedShape(of shape: [Int]) -> [Int] {
        var stored = shape
        if let rows { stored[0] = rows.storedRows }
        if isTransposed { stored.reverse() }
        return index == nil ? stored : [stackCount] + stored
    }
}

/// Memory that lives as long as the views of it.
private final class OwnedBytes {
    let base: UnsafeMutableRawPointer
    private let count: Int
    private var kept: AnyObject?

    init(count: Int) {
        self.count = count
        base = .allocate(byteCount: max(count, 1), alignment: 64)
    }

    /// A copy of selected rows of `rowBytes` bytes each.
    convenience init(gathering rows: WeightSelection.Rows, of rowBytes: Int, from source: UnsafeRawBufferPointer) {
        let blockBytes = rows.length * rowBytes
        self.init(count: rows.count * blockBytes)
        guard let from = source.baseAddress else { return }
        for block in 0..<rows.count {
            (base + block * blockBytes).copyMemory(
                from: from + (rows.start + block * rows.stride) * rowBytes, byteCount: blockBytes)
        }
    }

    deinit { base.deallocate() }

    var view: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    func keep(_ other: AnyObject) { kept = other }
}
