import CMartletKernels

/// Random weights and activations, the product by a table, and the same by the definition in double precision.
struct LinearProblem {
    let format: Format
    let n: Int, k: Int, m: Int
    let weight: [UInt8]
    /// Scales that lie apart, empty for formats without such.
    let scales: Scales
    /// Rows of `k` floats, `ldx` apart.
    let x: [Float]
    let ldx: Int
    let bias: [Float]

    /// `columns` under one scale, 0: the usual number.
    init(format: Format, n: Int, k: Int, m: Int, scaleFormat: ck_scale_format? = nil, rows: Int = 0, columns: Int = 0) {
        var random = Random(seed: n * 7919 + k * 31 + m)
        var weight = (0..<n * k / format.blockSize * format.blockBytes).map { _ in UInt8(random.bits() & 255) }
        for block in 0..<n * k / format.blockSize {
            let start = block * format.blockBytes
            let value = random.real().bitPattern
            switch format {
            case .f32: for i in 0..<4 { weight[start + i] = UInt8(value >> (8 * UInt32(i)) & 255) }
            case .bf16: for i in 0..<2 { weight[start + i] = UInt8(value >> (16 + 8 * UInt32(i)) & 255) }
            case .f8_e4m3: if weight[start] & 0x7f == 0x7f { weight[start] ^= 1 }
            case .mxfp4: weight[start] = UInt8(110 + random.bits() % 20)
            default:
                // Halves of both signs between about 0.001 and 0.1.
                for offset in format.halves {
                    let half = (random.bits() & 0x8000) | (0x1400 + random.bits() % 0x1a00)
                    weight[start + offset] = UInt8(half & 255)
                    weight[start + offset + 1] = UInt8(half >> 8)
                }
            }
        }
        self.format = format
        (self.n, self.k, self.m) = (n, k, m)
        self.weight = weight
        scales = Scales(
            n: n, k: k, format: scaleFormat ?? (format == .e2m1 ? CK_SCALE_E8M0 : CK_SCALE_F32),
            rows: rows > 0 ? rows : format == .e2m1 ? 1 : 128, columns: columns > 0 ? columns : format.scaleColumns,
            random: &random)
        ldx = k + 3
        // A few outliers make the scales of blocks differ.
        x = (0..<m * (k + 3)).map { _ in random.real() * (random.bits() % 50 == 0 ? 20 : 1) }
        bias = (0..<n).map { _ in random.real() }
    }

    private init(_ other: LinearProblem, x: [Float], weight: [UInt8]? = nil) {
        (format, n, k, m) = (other.format, other.n, other.k, other.m)
        self.weight = weight ?? other.weight
        (ldx, bias, scales) = (other.ldx, other.bias, other.scales)
        self.x = x + [Float](repeating: 0, count: max(0, other.x.count - x.count))
    }

    func replacing(x: [Float]) -> LinearProblem { LinearProblem(self, x: x) }

    func replacing(byte: UInt8, at index: Int) -> LinearProblem {
        var weight = weight
        weight[index] = byte
        return LinearProblem(self, x: x, weight: weight)
    }

    /// How the work is cut up: as threads would, or at once.
    enum Split: Sendable { case whole, smallestPieces }

    /// Rows of `n + 5` floats; the columns past `n` must keep `untouched`.
    static let untouched: Float = 77
    var ldy: Int { n + 5 }

    func plan(_ table: ck_linear_table, float32: Bool) -> ck_plan? {
        var plan = ck_plan()
        return table.plan(format.ck, Int64(n), Int64(k), Int64(scales.columns), float32, &plan) ? plan : nil
    }

    /// The product of `rows` of the activations by `table`.
    func product(_ table: ck_linear_table, _ given: ck_plan, rows: Range<Int>? = nil, split: Split = .whole) -> [Float]
    {
        var plan = given
        let rows = rows ?? 0..<m
        let nStep = split == .whole ? n : Int(plan.row_group)
        let mStep = split == .whole ? rows.count : Int(plan.token_group)
        let count = Int64(rows.count)
        let prepared = UnsafeMutableRawPointer.allocate(
            byteCount: table.prepared_bytes(plan.activation, count, Int64(k)), alignment: 64)
        let packed = UnsafeMutableRawPointer.allocate(byteCount: max(plan.packed_bytes, 1), alignment: 64)
        defer {
            prepared.deallocate()
            packed.deallocate()
        }
        var y = [Float](repeating: Self.untouched, count: rows.count * ldy)
        x.withUnsafeBufferPointer { x in
            for first in stride(from: 0, to: rows.count, by: mStep) {
                table.prepare(
                    plan.activation, x.baseAddress! + rows.lowerBound * ldx, Int64(ldx), count, Int64(k), Int64(first),
                    Int64(min(first + mStep, rows.count)), prepared)
            }
        }
        weight.withUnsafeBytes { weight in
            for first in stride(from: 0, to: n, by: nStep) where plan.packed_bytes > 0 {
                scales.withPointer { scales in
                    table.pack(&plan, weight.baseAddress, scales, packed, Int64(first), Int64(min(first + nStep, n)))
                }
            }
            // Backwards, so that nothing depends on the pieces' order.
            for first in stride(from: 0, to: n, by: nStep).reversed() {
                table.multiply(
                    &plan, plan.packed_bytes > 0 ? UnsafeRawPointer(packed) : weight.baseAddress, prepared, count,
                    Int64(first), Int64(min(first + nStep, n)), bias, &y, Int64(ldy))
            }
        }
        return y
    }

    /// The weights in float32 by the table's own dequantisation, which has golden tests of its own.
    func dequantized(_ table: ck_linear_table) -> [Float] {
        var out = [Float](repeating: 0, count: n * k)
        let rowBytes = k / format.blockSize * format.blockBytes
        weight.withUnsafeBytes { weight in
            out.withUnsafeMutableBufferPointer { out in
                for row in 0..<n {
                    table.dequantize(
                        format.ck, weight.baseAddress! + row * rowBytes, Int64(k), out.baseAddress! + row * k)
                }
            }
        }
        return scales.columns == 0 ? out : out.indices.map { out[$0] * scales.value($0 / k, $0 % k) }
    }

    /// What a row of activations is worth after conversion.
    func converted(_ row: Int, _ activation: ck_activation) -> [Double] {
        let values = x[row * ldx..<row * ldx + k]
        switch activation {
        case CK_ACT_BF16: return values.map { Double(bfloat16($0)) }
        case CK_ACT_Q8:
            return stride(from: 0, to: k, by: 32).flatMap { start in
                let block = values[values.startIndex + start..<values.startIndex + start + 32]
                let most = block.map(\.magnitude).max()!
                return block.map { Double(most / 127) * Double(($0 * (127 / most)).rounded(.toNearestOrEven)) }
            }
        default: return values.map(Double.init)
        }
    }

    private func bfloat16(_ value: Float) -> Float {
        let bits = value.bitPattern
        return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
    }
}
