import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Whole programs against the reference backend.
struct ReferenceTwinTests {
    /// A few prompts in chunks, then decode steps, all mixed.
    private func compare(
        _ model: TinyModel, dtype: KVCacheDType = .float32, blockSize: Int = 16, threads: Int = 2,
        kernels: String? = nil, format: WeightFormat = .f32, tolerance: Float = 2e-4
    ) throws {
        let weights = RandomWeights(model.program().weights, format: format)
        let fast = try StepRunner(
            backend: CPUBackend(configuration: .init(numThreads: threads, kernels: kernels)), model: model,
            weights: weights, dtype: dtype, blockSize: blockSize)
        let reference = try StepRunner(
            backend: ReferenceBackend(), model: model, weights: weights, dtype: dtype, blockSize: blockSize)
        for runner in [fast, reference] {
            for (seed, count) in [(1, 70), (2, 5), (3, 33)] {
                _ = runner.add(randomTokens(count, below: model.vocab, seed: UInt64(seed)))
            }
        }
        let steps: [[StepRunner.Share]] = [
            [.init(request: 0, numTokens: 40, numLogits: 2)],
            [.init(request: 0, numTokens: 29, numLogits: 0), .init(request: 1, numTokens: 4, numLogits: 4)],
            [.init(request: 0, numTokens: 1), .init(request: 1, numTokens: 1), .init(request: 2, numTokens: 17)],
            [.init(request: 2, numTokens: 15, numLogits: 0)],
            [.init(request: 2, numTokens: 1)],
        ]
        for step in steps {
            let expected = try reference.step(step)
            let found = try fast.step(step)
            for (a, b) in zip(expected.joined(), found.joined()) {
                #expect(largestDifference(a, b) <= tolerance)
                #expect(a.contains { abs($0) > 0.1 })
            }
        }
    }

    @Test("A tiny model's logits equal the reference's", arguments: ["best", "avx2", "portable"], [1, 2, 3])
    func tinyModel(kernels: String, threads: Int) throws {
        guard kernels == "best" || (try? CPUBackend(configuration: .init(kernels: kernels))) != nil else { return }
        try compare(TinyModel(), threads: threads, kernels: kernels == "best" ? nil : kernels)
    }

    @Test(
        "Attention is right for every head shape",
        arguments: [(8, 4, 4), (16, 6, 2), (64, 4, 1), (80, 5, 1), (128, 8, 1), (24, 7, 1), (64, 3, 3), (10, 2, 1)])
    func headShapes(headDim: Int, heads: Int, kvHeads: Int) throws {
        var model = TinyModel()
        (model.headDim, model.heads, model.kvHeads) = (headDim, heads, kvHeads)
        for kernels in ["avx512-bf16-vnni", "avx512", "avx2", "portable"] {
            guard (try? CPUBackend(configuration: .init(kernels: kernels))) != nil else { continue }
            try compare(model, kernels: kernels)
        }
    }

    @Test("Sliding windows hide what is too old", arguments: [1, 3, 16, 17, 40, 64, 1000], [16, 32])
    func windows(window: Int, blockSize: Int) throws {
        var model = TinyModel()
        model.window = window
        try compare(model, blockSize: blockSize)
    }

    @Test("Every cache type rounds as the reference does", arguments: KVCacheDType.allCases, [16, 64])
    func cacheTypes(dtype: KVCacheDType, headDim: Int) throws {
        var model = TinyModel()
        model.headDim = headDim
        // A value on the edge between two roundings may go either way.
        try compare(model, dtype: dtype, blockSize: 32, tolerance: dtype == .float32 ? 2e-4 : 2e-2)
    }

    @Test("Biases, head norms, partial and interleaved rotation, tied tables are served")
    func variants() throws {
        var model = TinyModel()
        model.hasBias = true
        model.hasQKNorm = true
        try compare(model)
        model.rotaryDim = 8
        model.isTied = true
        try compare(model)
        model.isNeoxStyle = false
        model.normsBeforeGather = false
        try compare(model, format: .bf16)
    }

    @Test("Odd widths are served")
    func oddWidths() throws {
        var model = TinyModel()
        (model.hidden, model.intermediate, model.vocab) = (50, 37, 131)
        try compare(model)
    }
}
