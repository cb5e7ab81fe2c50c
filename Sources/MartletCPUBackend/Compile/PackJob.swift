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
    private let kernels: Kernels

    init(
        plan: ck_plan, source: UnsafeRawPointer, scales: ck_scales?, target: UnsafeMutableRawPointer, rowBytes: Int,
        kernels: Kernels
    ) {
        self.plan = plan
        self.source = source
        self.scales = scales
        self.target = target
        self.rowBytes = rowBytes
        self.kernels = kernels
    }

    func run(_ worker: Worker) {
        let rows = Int(plan.n)
        let step = max(1, rows / (worker.count * 4)).roundedUp(to: Int(plan.row_group))
        worker.forEachChunk((rows + step - 1) / step) { chunk in
            let (first, end) = (chunk * step, min(rows, (chunk + 1) * step))
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
