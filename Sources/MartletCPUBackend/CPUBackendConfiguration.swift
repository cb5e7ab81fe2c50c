/// Choices of a `CPUBackend` that its owner makes.
public struct CPUBackendConfiguration: Sendable, Hashable {
    /// Threads that compute, the caller included; nil: the physical cores this process may use.
    public var numThreads: Int?
    /// Kernels to use instead of the best ones: `portable`, or an instruction set, alone (`avx2`, `avx512`, `neon`) or
    /// with what it has beside (`avx512-vnni`). The best that run on this CPU and whose name is this, or goes on from
    /// it with a dash, are taken; if none do, the error lists those that run.
    public var kernels: String?

    /// The given choices; by default everything is found out.
    public init(numThreads: Int? = nil, kernels: String? = nil) {
        self.numThreads = numThreads
        self.kernels = kernels
    }
}
