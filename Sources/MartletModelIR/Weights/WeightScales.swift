/// Factors of a weight's elements that lie in a tensor of their own: `w[n, k] = element[n, k] * scale[n / rows, k / columns]`.
///
/// The last blocks of rows and columns may be partial. **Source** transformers `finegrained_fp8.py`: in spite of the name
/// `weight_scale_inv` the scale is multiplied with.
public struct WeightScales: BitwiseCopyable, @unchecked Sendable {
    /// How a scale is stored.
    public enum Format: BitwiseCopyable, Hashable, Sendable {
        case f32
        case bf16
        case f16
        /// A power of two, 2^(byte - 127).
        case e8m0

        /// Bytes of one scale.
        public var bytes: Int {
            switch self {
            case .f32: 4
            case .bf16, .f16: 2
            case .e8m0: 1
            }
        }
    }

    /// Row-major, `[ceil(n / rowsPerScale), ceil(k / columnsPerScale)]`.
    public let bytes: UnsafeRawBufferPointer
    /// How a scale is stored.
    public let format: Format
    /// Rows of the weight under one scale.
    public let rowsPerScale: Int
    /// Columns of the weight under one scale.
    public let columnsPerScale: Int

    /// Scales over blocks of the given size.
    public init(bytes: UnsafeRawBufferPointer, format: Format, rowsPerScale: Int, columnsPerScale: Int) {
        self.bytes = bytes
        self.format = format
        self.rowsPerScale = rowsPerScale
        self.columnsPerScale = columnsPerScale
    }

    /// Row-blocks of a matrix of so many rows.
    public func blocks(rows: Int) -> Int { (rows - 1) / rowsPerScale + 1 }

    /// Scales in a row of blocks, for a weight of so many columns.
    public func scalesPerRow(columns: Int) -> Int { (columns - 1) / columnsPerScale + 1 }

    /// The scale number `index`.
    public func value(_ index: Int) -> Float {
        guard let base = bytes.baseAddress else { return 1 }
        switch format {
        case .f32: return base.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
        case .bf16:
            return Float(bitPattern: UInt32(base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)) << 16)
        case .f16: return base.half(at: 2 * index)
        case .e8m0: return Float8.e8m0(base.byte(index))
        }
    }
}
