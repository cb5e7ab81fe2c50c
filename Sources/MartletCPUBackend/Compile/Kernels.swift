import CMartletKernels
import MartletModelIR

/// The kernel tables of one instruction set.
// Sendable by promise: the tables are constants of the C module.
struct Kernels: @unchecked Sendable {
    /// Matrix products.
    let linear: ck_linear_table
    /// Everything else.
    let vector: ck_vector_table
    /// The name of the matrix products, for the log; it tells the most.
    let name: String

    /// The best tables for this CPU, or the best ones whose name is `name` or goes on from it with a dash.
    init(named name: String?) throws(BackendError) {
        let runnable = Self.runnable
        let linear = name.map { name in runnable.first { Self.matches($0, name) } } ?? runnable.first
        let vector = linear.flatMap { ck_vector_beside($0.name) }
        guard let linear, let vector else {
            throw BackendError(
                backend: CPUBackend.name,
                message: "no kernels called \"\(name ?? "")\" run on this CPU; those that do are "
                    + runnable.map { "\"\(String(cString: $0.name))\"" }.joined(separator: ", ")
                    + ", and a name may stop at any dash")
        }
        self.linear = linear
        self.vector = vector.pointee
        self.name = String(cString: linear.name)
    }

    /// The matrix products that this CPU can run, best first.
    private static var runnable: [ck_linear_table] {
        var tables: [ck_linear_table] = []
        while let next = ck_linear_runnable(Int32(tables.count)) { tables.append(next.pointee) }
        return tables
    }

    private static func matches(_ table: ck_linear_table, _ name: String) -> Bool {
        (String(cString: table.name) + "-").hasPrefix(name + "-")
    }
}
