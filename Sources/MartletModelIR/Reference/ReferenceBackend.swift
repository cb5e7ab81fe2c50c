/// Runs programs op by op in pure Swift: slow, obviously right, the twin every other backend is compared with.
///
/// **DType** weights are dequantised to float32 at compile; values between ops are float32, sums float64.
public struct ReferenceBackend: Backend {
    /// `reference`.
    public static let name = "reference"

    /// A reference backend; it has no settings.
    public init() {}

    /// Dequantises every weight the program reads.
    public func compile(
        _ program: Program, weights: any WeightSource, options: CompileOptions
    ) throws(BackendError) -> any Executable {
        var tables: [WeightRef: [Float]] = [:]
        for reference in program.weights {
            let view = try weights.checked(reference, backend: Self.name)
            tables[reference] = view.dequantized()
            weights.discardPages(of: view)
        }
        return ReferenceExecutable(program: program, weights: tables, options: options)
    }

    /// A cache whose unwritten slots are NaN, so that reading one shows.
    public func makeKVCache(
        _ layout: KVCacheLayout, dtype: KVCacheDType
    ) throws(BackendError) -> any KVCacheStorage {
        guard layout.blockSize > 0, layout.groups.allSatisfy({ $0.numBlocks > 0 }) else {
            throw BackendError(
                backend: Self.name, message: "a KV cache needs at least one block of one slot in every group")
        }
        return ReferenceKVCache(layout, dtype: dtype)
    }

    /// The sampler in plain Swift.
    public func makeSampler(vocabSize: Int) -> any Sampler { ReferenceSampler() }
}
