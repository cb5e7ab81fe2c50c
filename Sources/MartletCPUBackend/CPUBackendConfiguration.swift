/// Choices of a `CPUBackend` that its owner makes.
public struct CPUBackendConfiguration: Sendable, Hashable {
    /// Threads that compute, the caller included; nil: the physical cores this process may use.
    public var numThreads: Int?
    /// Kernel table to use instead of the best one: `avx512`, `avx2`, `neon`, `portable` or a name they begin.
    public var kernels: String?

    /// The given choices; by default everything is found out.
    public init(numThreads: Int? = nil, kernels: String? = nil) {
        self.numThreads = numThreads
        self.kernels = kernels
    }
}
