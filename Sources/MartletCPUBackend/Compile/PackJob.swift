import CMartletKernels
import MartletModelIR

/// Packs or copies one matrix, rows shared among the threads.
final class PackJob: PoolJob {
    private let plan: ck_plan
    private let source: UnsafeRawPointer
    private let scales: ck_scales?
    private let target: UnsafeMutableRawPointer
    /// Of the file's rows.
    private let rowBytes: Int
    /// The file's format, if it becomes bfloat16.
    private let rounded: WeightFormat?
    private let kernels: Kernels

    init(
        plan: ck_plan, source: UnsafeRawPointer, scales: ck_scales?, target: UnsafeMutableRawPointer, rowBytes: Int,
        rounded: WeightFormat? = nil, kernels: Kernels
    ) {
        self.plan = plan
        self.source = source
        self.scales = scales
        self.target = target
        self.rowBytes = rowBytes
        self.rounded = rounded
        self.kernels = kernels
    }

    func run(_ worker: Worker) {
        let rows = Int(plan.n)
        let step = max(1, rows / (worker.count * 4)).roundedUp(to: Int(plan.row_group))
        worker.forEachChunk((rows + step - 1) / step) { chunk in
            let (first, end) = (chunk * step, min(rows, (chunk + 1) * step))
            if let rounded { return pack(rounded, first, end) }
            if plan.packed_bytes == 0 {
                (target + first * rowBytes).copyMemory(
                    from: source + first * rowBytes, byteCount: (end - first) * rowBytes)
                return
            }
            withUnsafePointer(to: plan) { plan in
                guard var scales else {
                    kernels.linear.pack(plan, source, nil, target, Int64(first), Int64(end))
                    return
                }
                kernels.linear.pack(plan, source, &scales, target, Int64(first), Int64(end))
            }
        }
    }
}

extension PackJob {
    /// Rows [first, end) as bfloat16.
    private func pack(_ format: WeightFormat, _ first: Int, _ end: Int) {
        let columns = Int(plan.k)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { row in
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: (end - first) * columns) { narrow in
                guard let floats = row.baseAddress, let base = narrow.baseAddress else { return }
                for index in first..<end {
                    kernels.linear.dequantize(format.kernelFormat, source + index * rowBytes, plan.k, floats)
                    let to = base + (index - first) * columns
                    for column in 0..<columns { to[column] = floats[column].bfloat16Bits }
                }
                let rows = UnsafeRawPointer(base) - first * 2 * columns
                if plan.packed_bytes == 0 {
                    (target + first * 2 * columns).copyMemory(from: base, byteCount: (end - first) * 2 * columns)
                } else {
                    withUnsafePointer(to: plan) { plan in
                        kernels.linear.pack(plan, rows, nil, target, Int64(first), Int64(end))
                    }
                }
            }
        }
    }
}

extension Float {
    /// The nearest bfloat16, ties to even.
    fileprivate var bfloat16Bits: UInt16 {
        let bits = bitPattern
        return isNaN ? UInt16(bits >> 16) | 0x40 : UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
    }
}

extension WeightFormat {
    /// The kernels' number of it, which is the same.
    var kernelFormat: ck_format { ck_format(rawValue: rawValue) }
}

extension ck_scales {
    /// The scales of a view, nil where there are no bytes.
    init?(_ scales: WeightScales) {
        guard let data = scales.bytes.baseAddress else { return nil }
        let format =
            switch scales.format {
            case .f32: CK_SCALE_F32
            case .bf16: CK_SCALE_BF16
            case .f16: CK_SCALE_F16
            case .e8m0: CK_SCALE_E8M0
            }
        self.init(
            data: data, format: format, rows: Int64(scales.rowsPerScale), columns: Int64(scales.columnsPerScale))
    }
}
