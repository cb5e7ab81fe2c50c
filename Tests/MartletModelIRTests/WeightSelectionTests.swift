import MartletModelIR
import Testing

/// Parts of weights, with and without scales of their own, against the same part of the whole.
@Suite struct WeightSelectionTests {
    /// What lies under the name `w`, and what it stands for.
    private final class OneWeight: WeightSource, @unchecked Sendable {
        let view: WeightView
        private let codes: UnsafeMutableRawBufferPointer
        private let scales: UnsafeMutableRawBufferPointer

        init(_ format: WeightFormat, shape: [Int], rowsPerScale: Int, columnsPerScale: Int) {
            let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
            let stack = shape.dropLast(2).reduce(1, *)
            codes = .allocate(byteCount: format.rowBytes(columns) * rows * stack, alignment: 8)
            let count = ((rows - 1) / rowsPerScale + 1) * ((columns - 1) / columnsPerScale + 1) * stack
            scales = .allocate(byteCount: 4 * count, alignment: 8)
            for index in codes.indices { codes[index] = UInt8(truncatingIfNeeded: index &* 37 &+ index / 251) & 0xf7 }
            for index in 0..<count {
                scales.storeBytes(of: Float(index + 1) / 8, toByteOffset: 4 * index, as: Float.self)
            }
            let isScaled = format == .f8_e4m3 || format == .e2m1
            view = WeightView(
                bytes: UnsafeRawBufferPointer(codes), format: format, shape: shape,
                scales: isScaled
                    ? WeightScales(
                        bytes: UnsafeRawBufferPointer(scales), format: .f32, rowsPerScale: rowsPerScale,
                        columnsPerScale: columnsPerScale) : nil)
        }

        deinit {
            codes.deallocate()
            scales.deallocate()
        }

        var names: [String] { ["w"] }
        func weight(_ name: String) -> WeightView? { name == "w" ? view : nil }
        func discardPages(of view: WeightView) {}
    }

    private struct Matrix {
        let columns: Int
        let values: [Float]
        func row(_ index: Int) -> ArraySlice<Float> { values[(index * columns)..<((index + 1) * columns)] }
    }

    static let blocks = [(128, 128), (16, 32), (7, 5), (1, 40), (1000, 1000)]
    /// First row, length, stride and count: whole, within a block, across blocks, off their starts, strided heads.
    static let rows = [(0, 40, 0, 1), (16, 16, 0, 1), (3, 2, 0, 1), (13, 20, 0, 1), (2, 5, 10, 4), (1, 1, 2, 20)]

    @Test("Any rows of a weight with scales keep its format and stand for the same numbers", arguments: blocks.indices)
    func rows(block: Int) throws {
        let (rowsPerScale, columnsPerScale) = Self.blocks[block]
        for format in [WeightFormat.f8_e4m3, .f32] {
            let source = OneWeight(
                format, shape: [40, 64], rowsPerScale: rowsPerScale, columnsPerScale: columnsPerScale)
            let whole = Matrix(columns: 64, values: source.view.dequantized())
            for (start, length, stride, count) in Self.rows {
                let ref = WeightRef(name: "w", shape: [40, 64]).rows(
                    start: start, length: length, stride: stride, count: count)
                let part = try source.checked(ref, backend: "test")
                #expect(part.format == format && part.shape == [length * count, 64])
                let expected = (0..<count).flatMap { block in
                    (0..<length).flatMap { whole.row(start + block * stride + $0) }
                }
                #expect(part.dequantized().map(\.bitPattern) == expected.map(\.bitPattern), "\(format) \(ref)")
                #expect(
                    try source.layout(of: ref, backend: "test")
                        == source.layout(of: WeightRef(name: "w", shape: [40, 64]), backend: "test"))
            }
        }
    }

    @Test("A matrix of a stack has the scales of its own, its rows too", arguments: blocks.indices)
    func stacks(block: Int) throws {
        let (rowsPerScale, columnsPerScale) = Self.blocks[block]
        let source = OneWeight(
            .f8_e4m3, shape: [3, 40, 64], rowsPerScale: rowsPerScale, columnsPerScale: columnsPerScale)
        let values = source.view.dequantized()
        for index in 0..<3 {
            let whole = Matrix(columns: 64, values: Array(values[(index * 2560)..<((index + 1) * 2560)]))
            let one = WeightRef(name: "w", shape: [40, 64]).stacked(at: index, of: 3)
            #expect(try source.checked(one, backend: "test").dequantized() == whole.values)
            let part = try source.checked(one.rows(start: 1, length: 3, stride: 9, count: 4), backend: "test")
            #expect(part.dequantized() == (0..<4).flatMap { i in (0..<3).flatMap { whole.row(1 + 9 * i + $0) } })
        }
    }

    @Test("A transposed weight with scales becomes float32, one of 16 or 32 bits stays what it is")
    func transposed() throws {
        for format in [WeightFormat.f8_e4m3, .e2m1, .bf16, .f32, .q8_0] {
            let source = OneWeight(format, shape: [64, 96], rowsPerScale: 7, columnsPerScale: 32)
            let ref = WeightRef(name: "w", shape: [96, 64]).transposed
            let part = try source.checked(ref, backend: "test")
            #expect(part.format == ([.bf16, .f32].contains(format) ? format : .f32))
            #expect(part.scales == nil)
            let layout = try source.layout(of: ref, backend: "test")
            #expect(layout.format == part.format && layout.columnsPerScale == nil)
            let whole = source.view.dequantized()
            let expected = (0..<96).flatMap { column in (0..<64).map { whole[$0 * 96 + column] } }
            #expect(part.dequantized().map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }

    @Test("Rows of a transposed matrix of a stack")
    func everything() throws {
        let source = OneWeight(.f8_e4m3, shape: [2, 48, 30], rowsPerScale: 16, columnsPerScale: 16)
        let ref = WeightRef(name: "w", shape: [30, 48]).stacked(at: 1, of: 2)
        let whole = Array(source.view.dequantized()[1440...])
        var selected = ref.selection
        selected.isTransposed = true
        let turned = WeightRef(name: "w", shape: [30, 48], selection: selected).rows(start: 4, length: 3)
        let part = try source.checked(turned, backend: "test")
        #expect(part.dequantized() == (4..<7).flatMap { column in (0..<48).map { whole[$0 * 30 + column] } })
    }

    @Test("Scales of another size than the weight's are refused")
    func wrongSize() {
        let source = OneWeight(.f8_e4m3, shape: [40, 64], rowsPerScale: 8, columnsPerScale: 8)
        let scales = source.view.scales!
        final class Broken: WeightSource, @unchecked Sendable {
            let view: WeightView
            init(_ view: WeightView) { self.view = view }
            var names: [String] { ["w"] }
            func weight(_ name: String) -> WeightView? { view }
            func discardPages(of view: WeightView) {}
        }
        let broken = Broken(
            WeightView(
                bytes: source.view.bytes, format: .f8_e4m3, shape: [40, 64],
                scales: WeightScales(bytes: scales.bytes, format: .f32, rowsPerScale: 8, columnsPerScale: 7)))
        #expect(throws: BackendError.self) {
            try broken.checked(WeightRef(name: "w", shape: [40, 64]), backend: "test")
        }
    }
}
