import CMartletKernels
import MartletModelIR

/// A matrix of made-up weights, packed several times over so that no cache holds them, and rows to multiply it with.
struct KernelProblem {
    private let plan: ck_plan
    private let packed: MappedMemory
    private let copyBytes: Int
    private let copies: Int
    private let floats: MappedMemory
    private let prepared: MappedMemory
    private let maxRows: Int
    private let kernels: Kernels
    private let pool: ThreadPool

    /// All copies together are at least this large.
    private static let coldBytes = 256 << 20

    init(
        _ format: WeightFormat, outputs: Int, inputs: Int, maxRows: Int, kernels: Kernels, pool: ThreadPool
    ) throws(BackendError) {
        var plan = ck_plan()
        guard outputs > 0, inputs > 0, maxRows > 0, inputs % format.blockSize == 0,
            kernels.linear.plan(
                format.kernelFormat, Int64(outputs), Int64(inputs), format.usualScaleColumns, false, &plan)
        else {
            throw BackendError(
                backend: CPUBackend.name,
                message: "the \(kernels.name) kernels cannot multiply \(format) [\(outputs), \(inputs)]")
        }
        self.plan = plan
        self.maxRows = maxRows
        self.kernels = kernels
        self.pool = pool
        let rowBytes = format.rowBytes(inputs)
        copyBytes = (plan.packed_bytes > 0 ? plan.packed_bytes : rowBytes * outputs).roundedUp(to: 64)
        copies = max(1, Self.coldBytes / copyBytes)
        packed = try MappedMemory(count: copyBytes * copies, purpose: "the packed weights")
        floats = try MappedMemory(count: 4 * maxRows * (inputs + outputs), purpose: "activations")
        let bytes = kernels.linear.prepared_bytes(plan.activation, Int64(maxRows), Int64(inputs))
        prepared = try MappedMemory(count: bytes, purpose: "prepared activations")
        let file = try MappedMemory(count: rowBytes * outputs, purpose: "weights")
        Self.fill(file)
        // As many as any format has.
        let scaleBytes = try MappedMemory(count: outputs * (inputs / 32 + 1) * 4, purpose: "scales")
        Self.fill(scaleBytes)
        var scales: ck_scales?
        if plan.scale_columns > 0 {
            scales = ck_scales(
                data: scaleBytes.base, format: format == .e2m1 ? CK_SCALE_E8M0 : CK_SCALE_F32,
                rows: format == .e2m1 ? 1 : 128, columns: plan.scale_columns)
        }
        for copy in 0..<copies {
            pool.run(
                PackJob(
                    plan: plan, source: file.base, scales: scales, target: packed.base + copy * copyBytes,
                    rowBytes: rowBytes,
                    kernels: kernels))
        }
        for index in 0..<maxRows * inputs { activations[index] = Float(index % 2001 - 1000) / 1000 }
    }

    /// Of one product.
    var weightBytes: Int { copyBytes }
    /// What the kernels multiply the weights with.
    var activation: ck_activation { plan.activation }

    private var activations: UnsafeMutablePointer<Float> { floats.base.assumingMemoryBound(to: Float.self) }
    private var outputs: UnsafeMutablePointer<Float> { activations + maxRows * Int(plan.k) }

    /// The shortest of several products, each of the next copy; preparing the rows is not counted.
    func bestSeconds(rows: Int) -> Double {
        kernels.linear.prepare(
            plan.activation, activations, plan.k, Int64(rows), plan.k, 0, Int64(rows), prepared.base)
        var best = Double.infinity
        var total = 0.0
        var run = 0
        while run < 4 || (total < 0.2 && run < 200) {
            let job = ProductJob(
                plan: plan, weight: packed.base + run % copies * copyBytes, prepared: prepared.base, rows: rows,
                out: outputs, kernels: kernels)
            let seconds = ContinuousClock().measure { pool.run(job) }.inSeconds
            best = min(best, seconds)
            total += seconds
            run += 1
        }
        return best
    }

    /// Bytes that are ordinary numbers in every format, as scales and as codes.
    private static func fill(_ memory: MappedMemory) {
        var state: UInt32 = 1
        for index in 0..<memory.count {
            state = state &* 1_664_525 &+ 1_013_904_223
            memory.base.storeBytes(of: UInt8(0x38 | state >> 29), toByteOffset: index, as: UInt8.self)
        }
    }
}

/// One product, its outputs shared among the threads.
private final class ProductJob: PoolJob {
    private let plan: ck_plan
    private let weight: UnsafeRawPointer
    private let prepared: UnsafeRawPointer
    private let rows: Int
    private let out: UnsafeMutablePointer<Float>
    private let kernels: Kernels

    init(
        plan: ck_plan, weight: UnsafeRawPointer, prepared: UnsafeRawPointer, rows: Int,
        out: UnsafeMutablePointer<Float>, kernels: Kernels
    ) {
        self.plan = plan
        self.weight = weight
        self.prepared = prepared
        self.rows = rows
        self.out = out
        self.kernels = kernels
    }

    func run(_ worker: Worker) {
        // As many pieces as models are compiled to.
        let outputs = Int(plan.n)
        let step = max(1, (outputs + worker.count * 8 - 1) / (worker.count * 8)).roundedUp(to: Int(plan.row_group))
        worker.forEachChunk((outputs + step - 1) / step) { chunk in
            withUnsafePointer(to: plan) { plan in
                kernels.linear.multiply(
                    plan, weight, prepared, Int64(rows), Int64(chunk * step),
                    Int64(min(outputs, (chunk + 1) * step)), nil, out, Int64(outputs))
            }
        }
    }
}

extension WeightFormat {
    /// Columns under one scale in most checkpoints, 0 for formats whose scales do not lie apart.
    fileprivate var usualScaleColumns: Int64 {
        switch self {
        case .f8_e4m3: 128
        case .e2m1: 32
        default: 0
        }
    }
}
