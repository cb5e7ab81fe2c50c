import CMartletKernels

/// Random scales of blocks of a weight.
struct Scales {
    /// Columns under one scale, 0: there are no scales.
    let columns: Int
    private let rows: Int
    private let perRow: Int
    private let format: ck_scale_format
    private let bytes: [UInt8]
    private let values: [Float]

    init(n: Int, k: Int, format: ck_scale_format, rows: Int, columns: Int, random: inout Random) {
        (self.format, self.rows, self.columns) = (format, rows, columns)
        guard columns > 0 else {
            (perRow, bytes, values) = (0, [], [])
            return
        }
        perRow = (k - 1) / columns + 1
        var bytes: [UInt8] = []
        var values: [Float] = []
        for _ in 0..<((n - 1) / rows + 1) * perRow {
            let value = 0.01 + 0.1 * random.real().magnitude
            switch format {
            case CK_SCALE_F32:
                withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
                values.append(value)
            case CK_SCALE_BF16:
                let bits = UInt16(value.bitPattern >> 16)
                withUnsafeBytes(of: bits) { bytes.append(contentsOf: $0) }
                values.append(Float(bitPattern: UInt32(bits) << 16))
            case CK_SCALE_F16:
                let half = Float16(value)
                withUnsafeBytes(of: half) { bytes.append(contentsOf: $0) }
                values.append(Float(half))
            default:
                bytes.append(UInt8(118 + random.bits() % 8))
                values.append(Float(sign: .plus, exponent: Int(bytes.last!) - 127, significand: 1))
            }
        }
        (self.bytes, self.values) = (bytes, values)
    }

    /// The factor of one weight.
    func value(_ row: Int, _ column: Int) -> Float { values[row / rows * perRow + column / columns] }

    func withPointer(_ body: (UnsafePointer<ck_scales>?) -> Void) {
        guard columns > 0 else { return body(nil) }
        bytes.withUnsafeBytes { bytes in
            var scales = ck_scales(
                data: bytes.baseAddress, format: format, rows: Int64(rows), columns: Int64(columns))
            body(&scales)
        }
    }
}
