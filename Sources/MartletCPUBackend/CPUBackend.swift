import CMartletKernels
public import MartletModelIR

/// Runs programs on this machine's cores; its threads live as long as it and everything it made.
///
/// **Threading** one step at a time: concurrent calls wait for each other.
public struct CPUBackend: Backend, CustomStringConvertible {
    /// `cpu`.
    public static let name = "cpu"

    let pool: ThreadPool
    let kernels: Kernels

    /// A backend with its threads started.
    ///
    /// **Throws** when the kernel table is unknown to this CPU or a thread cannot be started.
    public init(configuration: CPUBackendConfiguration = .init()) throws(BackendError) {
        kernels = try Kernels(named: configuration.kernels)
        let available = CPUTopology.current().usableCores
        let count = configuration.numThreads ?? available
        guard count >= 1, count <= 1024 else {
            throw BackendError(backend: Self.name, message: "numThreads is \(count); expected 1 to 1024")
        }
        pool = try ThreadPool(numThreads: count, availableCores: available)
    }

    /// Number of threads that compute.
    public var numThreads: Int { pool.numThreads }

    /// For a start-up log line: kernels and threads.
    public var description: String {
        "cpu (\(kernels.name) kernels, \(numThreads) thread\(numThreads == 1 ? "" : "s"))"
    }

    /// Compiles to a plan walked by all threads; packs the weights.
    public func compile(
        _ program: Program, weights: any WeightSource, options: CompileOptions
    ) throws(BackendError) -> any Executable {
        var builder = try PlanBuilder(
            program: program, weights: weights, options: options, pool: pool, kernels: kernels)
        return CPUExecutable(plan: try builder.build(), options: options, pool: pool, kernels: kernels)
    }

    /// A paged cache in the layout that the attention kernels read.
    public func makeKVCache(
        _ layout: KVCacheLayout, dtype: KVCacheDType
    ) throws(BackendError) -> any KVCacheStorage {
        try CPUKVCache(layout, dtype: dtype)
    }

    /// A vectorised sampler over this backend's threads.
    public func makeSampler(vocabSize: Int) -> any Sampler {
        CPUSampler(vocabSize: vocabSize, pool: pool, kernels: kernels)
    }
}
