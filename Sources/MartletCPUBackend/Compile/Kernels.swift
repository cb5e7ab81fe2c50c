import CMartletKernels
import MartletModelIR

/// The kernel tables of one instruction set.
// Sendable by promise: the tables are constants of the C module.
struct Kernels: @unchecked Sendable {
    /// Matrix products.
    let linear: ck_linear_table
    /// Everything else.
    let vector: ck_vector_table
    /// Both names, for the log.
    let name: String

    /// The best tables for this CPU, or the ones called `name`.
    init(named name: String?) throws(BackendError) {
        let linear = name.map { ck_linear_named($0) } ?? ck_linear_best()
        let vector = name.map { ck_vector_named($0) } ?? ck_vector_best()
        guard let linear, let vector else {
            throw BackendError(
                backend: CPUBackend.name,
                message: "no kernels called \"\(name ?? "")\" run on this CPU; its best are "
                    + "\"\(ck_linear_best().map { String(cString: $0.pointee.name) } ?? "none")\"; "
                    + "\"portable\" always runs")
        }
        self.linear = linear.pointee
        self.vector = vector.pointee
        self.name = String(cString: linear.pointee.name)
    }
}
