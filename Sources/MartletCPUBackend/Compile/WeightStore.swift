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
    let pool: ThreadPool
    /// The format is the one that is packed; `isRounded` if it is not the file's.
    private var planned: [(ref: WeightRef, plan: ck_plan, format: WeightFormat, isRounded: Bool)] = []
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

    /// The bytes of a weight that is read as it lies, checked against what the program expects; they live as long as
    /// the view.
    func view(_ ref: WeightRef) throws(BackendError) -> WeightView {
        try checkShape(ref)
        return try source.checked(ref, backend: CPUBackend.name)
    }

    /// Gives the file's pages of a weight back that was copied.
    func discardPages(of view: WeightView, _ ref: WeightRef) {
        source.discardPages(of: view)
        if ref.selection != .all, let whole = source.weight(ref.name) { source.discardPages(of: whole) }
    }

    private func checkShape(_ ref: WeightRef) throws(BackendError) {
        guard ref.shape.allSatisfy({ $0 > 0 }) else { throw error("weight \"\(ref.name)\" has shape \(ref.shape)") }
    }

    /// A vector as float32.
    func vector(_ ref: WeightRef) throws(BackendError) -> UnsafePointer<Float> {
        if let known = vectors[ref] { return known }
        let values = try view(ref).dequantized()
        let floats = storage.floats(values.count)
        floats.update(from: values, count: values.count)
        vectors[ref] = UnsafePointer(floats)
        return UnsafePointer(floats)
    }

    /// Chooses the layout of a matrix; copies nothing.
    func plan(_ ref: WeightRef, float32: Bool, halfPrecision: Bool = false) throws(BackendError) {
        guard plannedRefs.insert(ref).inserted else { return }
        try checkShape(ref)
        let layout = try source.layout(of: ref, backend: CPUBackend.name)
        var plan = ck_plan()
        let isRounded = halfPrecision && !float32 && isRoundable(ref, layout.format)
        let format = isRounded ? .bf16 : layout.format
        guard ref.shape.count == 2,
            kernels.linear.plan(
                format.kernelFormat, Int64(ref.shape[0]), Int64(ref.shape[1]),
                Int64(layout.columnsPerScale ?? 0), float32, &plan)
        else {
            let scales = layout.columnsPerScale.map { " with a scale for every \($0) columns" } ?? ""
            throw error(
                "\"\(ref.name)\": the \(kernels.name) kernels cannot multiply \(layout.format) \(ref.shape)\(scales)")
        }
        planned.append((ref, plan, format, isRounded))
    }

    /// Whether products of bfloat16 do for the weight and are faster.
    private func isRoundable(_ ref: WeightRef, _ format: WeightFormat) -> Bool {
        guard format == .f32 || format == .f16, ref.shape.count == 2 else { return false }
        var plan = ck_plan()
        return kernels.linear.plan(CK_BF16, Int64(ref.shape[0]), Int64(ref.shape[1]), 0, false, &plan)
            && plan.activation == CK_ACT_BF16
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
            offset += bytes(entry.plan, entry.format).roundedUp(to: 64)
        }
        let memory = try MappedMemory(count: offset, purpose: "the packed weights")
        for (entry, offset) in zip(planned, offsets) {
            // A part of a tensor may be a copy: it lives until it is packed.
            let view = try source.checked(entry.ref, backend: CPUBackend.name)
            guard let bytes = view.bytes.baseAddress else { continue }
            let target = memory.base + offset
            pool.run(
                PackJob(
                    plan: entry.plan, source: bytes, scales: view.scales.flatMap(ck_scales.init), target: target,
                    rowBytes: view.bytes.count / Int(entry.plan.n), rounded: entry.isRounded ? view.format : nil,
                    kernels: kernels))
            matrices[entry.ref] = LoadedMatrix(plan: entry.plan, data: target)
            discardPages(of: view, entry.ref)
        }
        packed = memory
        storage.keep(memory)
        storage.keep(source)
    }

    private func bytes(_ plan: ck_plan, _ format: WeightFormat) -> Int {
        plan.packed_bytes > 0 ? plan.packed_bytes : format.rowBytes(Int(plan.k)) * Int(plan.n)
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
