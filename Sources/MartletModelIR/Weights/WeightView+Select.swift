extension WeightView {
    /// The part of a stored tensor that a reference means.
    ///
    /// A range of whole rows is a view of the same bytes; anything else is copied. Rows keep their format, a transposed
    /// matrix keeps 16- and 32-bit formats and becomes float32 otherwise.
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

    /// `[count, in, out]` as the `[count * out, in]` rows of its matrices transposed, copied.
    public func transposingMatrices() -> WeightView {
        guard shape.count == 3, shape[0] > 0 else { return self }
        let (count, columns, rows) = (shape[0], shape[1], shape[2])
        let isKept = isTransposable
        let target = OwnedBytes(count: count * rows * columns * (isKept ? format.blockBytes : 4))
        for index in 0..<count {
            let matrix = slice(index).transposing()
            if let from = matrix.bytes.baseAddress {
                (target.base + index * matrix.bytes.count).copyMemory(from: from, byteCount: matrix.bytes.count)
            }
        }
        return WeightView(
            bytes: target.view, format: isKept ? format : .f32, shape: [count * rows, columns], scales: nil,
            owner: target)
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
        guard isTransposable else {
            let floats = dequantized()
            let wide = OwnedBytes(count: 4 * floats.count)
            floats.withUnsafeBytes { Self.transpose($0, UInt32.self, rows, columns, into: wide) }
            return WeightView(bytes: wide.view, format: .f32, shape: [columns, rows], scales: nil, owner: wide)
        }
        let target = OwnedBytes(count: bytes.count)
        if format == .f32 {
            Self.transpose(bytes, UInt32.self, rows, columns, into: target)
        } else {
            Self.transpose(bytes, UInt16.self, rows, columns, into: target)
        }
        return WeightView(bytes: target.view, format: format, shape: [columns, rows], scales: nil, owner: target)
    }

    private static func transpose<Element: BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _: Element.Type, _ rows: Int, _ columns: Int, into target: OwnedBytes
    ) {
        // In tiles: lines of both sides stay in the first-level cache until they are used up.
        let (size, tile) = (MemoryLayout<Element>.size, 32)
        for firstRow in stride(from: 0, to: rows, by: tile) {
            for firstColumn in stride(from: 0, to: columns, by: tile) {
                for column in firstColumn..<min(firstColumn + tile, columns) {
                    for row in firstRow..<min(firstRow + tile, rows) {
                        let element = source.loadUnaligned(
                            fromByteOffset: (row * columns + column) * size, as: Element.self)
                        target.base.storeBytes(
                            of: element, toByteOffset: (column * rows + row) * size, as: Element.self)
                    }
                }
            }
        }
    }

    private func selecting(_ rows: WeightSelection.Rows) -> WeightView {
        let selected = [rows.length * rows.count] + shape.dropFirst()
        let rowBytes = bytes.count / shape[0]
        let part = scales?.selecting(rows, columns: shape.last ?? 1)
        if rows.count == 1 {
            let range = rows.start * rowBytes..<(rows.start + rows.length) * rowBytes
            return WeightView(
                bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), format: format, shape: selected,
                scales: part?.scales, owner: Owners(owner, part?.owner))
        }
        let target = OwnedBytes(gathering: rows, of: rowBytes, from: bytes)
        return WeightView(
            bytes: target.view, format: format, shape: selected, scales: part?.scales,
            owner: Owners(target, part?.owner))
    }

    /// How a part of this tensor will be stored.
    func layout(of selection: WeightSelection) -> WeightLayout {
        let isWide = selection.isTransposed && !isTransposable
        return WeightLayout(format: isWide ? .f32 : format, columnsPerScale: isWide ? nil : scales?.columnsPerScale)
    }

    private var isTransposable: Bool { scales == nil && [.f32, .f16, .bf16].contains(format) }
}

extension WeightScales {
    fileprivate func replacing(_ bytes: UnsafeRawBufferPointer, rowsPerScale rows: Int? = nil) -> WeightScales {
        WeightScales(
            bytes: bytes, format: format, rowsPerScale: rows ?? rowsPerScale, columnsPerScale: columnsPerScale)
    }

    /// The scales of some rows: where these begin with a block, or lie within one, a view; else one for every row.
    fileprivate func selecting(_ rows: WeightSelection.Rows, columns: Int) -> (scales: WeightScales, owner: AnyObject?)
    {
        let blockBytes = scalesPerRow(columns: columns) * format.bytes
        let (first, last) = (rows.start / rowsPerScale, (rows.start + rows.length - 1) / rowsPerScale)
        if rows.count == 1, rows.start % rowsPerScale == 0 || first == last {
            return (
                replacing(UnsafeRawBufferPointer(rebasing: bytes[first * blockBytes..<(last + 1) * blockBytes])), nil
            )
        }
        let target = OwnedBytes(count: rows.count * rows.length * blockBytes)
        guard let source = bytes.baseAddress else { return (self, nil) }
        for index in 0..<rows.count * rows.length {
            let row = rows.start + index / rows.length * rows.stride + index % rows.length
            (target.base + index * blockBytes).copyMemory(
                from: source + row / rowsPerScale * blockBytes, byteCount: blockBytes)
        }
        return (replacing(target.view, rowsPerScale: 1), target)
    }
}

extension WeightSelection {
    /// The shape of the stored tensor whose part has the shape `shape`.
    public func storedShape(of shape: [Int]) -> [Int] {
        var stored = shape
        if let kernelSize { stored = shape.dropLast() + [shape[shape.count - 1] / kernelSize, kernelSize] }
        if let rows { stored[0] = rows.storedRows }
        if isTransposed { stored.reverse() }
        return index == nil ? stored : [stackCount] + stored
    }
}

/// Keeps two others alive.
private final class Owners {
    private let first: AnyObject?
    private let second: AnyObject?

    /// Nothing where there is nothing to keep.
    init?(_ first: AnyObject?, _ second: AnyObject?) {
        if first == nil && second == nil { return nil }
        (self.first, self.second) = (first, second)
    }
}

/// Memory that lives as long as the views of it.
private final class OwnedBytes {
    let base: UnsafeMutableRawPointer
    private let count: Int

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
}
