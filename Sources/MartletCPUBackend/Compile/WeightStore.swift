import CMartletKernels
import MartletModelIR

/// A matrix ready for `multiply`.
struct LoadedMatrix {
    let plan: ck_plan
    let data: UnsafeRawPointer
}

/// Finds, checks and packs the weights of one program.
///
/// Call `plan` for every matrix, then `pack`, then ask for what was loaded.
final class WeightStore {
    private let source: any WeightSource
    private let kernels: Kernels
    private let pool: ThreadPool
    private var planned: [(ref: WeightRef, view: WeightView, plan: ck_plan)] = []
    private var plannedRefs: Set<WeightRef> = []
    private var matrices: [WeightRef: LoadedMatrix] = [:]
    private var vectors: [WeightRef: UnsafePointer<Float>] = [:]
    private var packed: MappedMemory?
    private let storage: PlanStorage

    init(source: any WeightSource, kernels: Kernels, pool: ThreadPool, storage: PlanStorage) {
        self.source = source
        self.kernels = kernels
        self.pool = pool
        self.storage = storage
    }

    /// The weight's bytes, checked against what the program expects.
    func view(_ ref: WeightRef) throws(BackendError) -> WeightView {
        guard ref.shape.allSatisfy({ $0 > 0 }) else { throw error("weight \"\(ref.name)\" has shape \(ref.shape)") }
        return try source.checked(ref, backend: CPUBackend.name)
    }

    /// A vector as float32.
    func vector(_ ref: WeightRef) throws(BackendError) -> UnsafePointer<Float> {
        if let known = vectors[ref] { return known }
        let view = try view(ref)
        let count = ref.shape.reduce(1, *)
        let floats = storage.floats(count)
        kernels.linear.dequantize(view.format.kernelFormat, view.bytes.baseAddress, Int64(count), floats)
        vectors[ref] = UnsafePointer(floats)
        return UnsafePointer(floats)
    }

    /// Chooses the layout of a matrix.
    func plan(_ ref: WeightRef, float32: Bool) throws(BackendError) {
        guard plannedRefs.insert(ref).inserted else { return }
        let view = try view(ref)
        var plan = ck_plan()
        guard ref.shape.count == 2,
            kernels.linear.plan(view.format.kernelFormat, Int64(ref.shape[0]), Int64(ref.shape[1]), float32, &plan)
        else {
            throw error("\"\(ref.name)\": the \(kernels.name) kernels cannot multiply \(view.format) \(ref.shape)")
        }
        planned.append((ref, view, plan))
    }

    /// Packs every planned matrix on all threads and gives the file's pages back.
    ///
    /// A tied embedding loses its pages too: the few rows that steps look up come back from the page cache one by one.
    ///
    /// Matrices multiplied as they lie in the file are copied too: a mapped file has pages of 4 KiB, and streaming
    /// through those instead of huge pages costs a third of a core's bandwidth.
    func pack() throws(BackendError) {
        var offset = 0
        var offsets: [Int] = []
        for entry in planned {
            offsets.append(offset)
            offset += (entry.plan.packed_bytes > 0 ? entry.plan.packed_bytes : entry.view.bytes.count).roundedUp(to: 64)
        }
        let memory = try MappedMemory(count: offset, purpose: "the packed weights")
        for (entry, offset) in zip(planned, offsets) {
            guard let bytes = entry.view.bytes.baseAddress else { continue }
            let target = memory.base + offset
            let rowBytes = entry.view.bytes.count / Int(entry.plan.n)
            pool.run(PackJob(plan: entry.plan, source: bytes, target: target, rowBytes: rowBytes, kernels: kernels))
            matrices[entry.ref] = LoadedMatrix(plan: entry.plan, data: target)
            source.discardPages(of: entry.view)
        }
        packed = memory
        storage.keep(memory)
        storage.keep(source)
    }

    /// A matrix that was planned and packed.
    func matrix(_ ref: WeightRef) throws(BackendError) -> LoadedMatrix {
        guard let matrix = matrices[ref] else { throw error("weight \"\(ref.name)\" was not packed") }
        return matrix
    }

    private func error(_ message: String) -> BackendError {
        BackendError(backend: CPUBackend.name, message: message)
    }
}

extension WeightFormat {
    /// The kernels' number of it, which is the same.
    var kernelFormat: ck_format { ck_format(rawValue: rawValue) }
}

/// Packs or copies one matrix, rows shared among the threads.
final class PackJob: PoolJob {
    private let plan: ck_plan
    private let source: UnsafeRawPointer
    private let target: UnsafeMutableRawPointer
    /// Of the file's rows.
    private let rowBytes: Int
    private let kernels: Kernels

    init(
        plan: ck_plan, source: UnsafeRawPointer, target: UnsafeMutableRawPointer, rowBytes: Int, kernels: Kernels
    ) {
        self.plan = plan
        self.source = source
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
                kernels.linear.pack(plan, source, target, Int64(first), Int64(end))
            }
        }
    }
}
