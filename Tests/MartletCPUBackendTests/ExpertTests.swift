import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Mixtures of experts against the reference backend.
struct ExpertTests {
    /// A program of one layer of experts between an embedding and nothing: logits are the layer's output.
    struct Mixture {
        var hidden = 40
        var width = 24
        var numExperts = 7
        var routing = MixtureOfExperts.Routing(topK: 3, scoring: .softmax, renormalizes: true)
        var hasBias = false
        var hasCorrection = false
        var hasNorm = true
        var hasResidual = true
        var activation = Activation.silu
        let vocab = 90

        var model: TinyModel {
            var model = TinyModel()
            (model.layers, model.vocab) = (0, vocab)
            return model
        }

        func program() -> Program {
            var recorder = Recorder()
            let scope = WeightScope("moe")
            let x = recorder.emit(
                .embed(WeightScope("embed").weight(out: vocab, in: hidden), .tokenID), name: "embed")
            let normed =
                hasNorm
                ? recorder.emit(.norm(x, .rms(WeightScope("norm").weight(hidden), eps: 1e-5)), name: "norm") : x
            func matrices(_ name: String, _ out: Int, _ width: Int) -> [WeightRef] {
                (0..<numExperts).map { scope[$0][name].weight(out: out, in: width) }
            }
            func biases(_ name: String, _ count: Int) -> [WeightRef] {
                hasBias ? (0..<numExperts).map { scope[$0][name].bias(count) } : []
            }
            let layer = MixtureOfExperts(
                routing: routing, router: scope["router"].weight(out: numExperts, in: hidden),
                routerBias: hasBias ? scope["router"].bias(numExperts) : nil,
                correctionBias: hasCorrection ? scope["correction"].bias(numExperts) : nil,
                gate: matrices("gate", width, hidden), up: matrices("up", width, hidden),
                down: matrices("down", hidden, width), gateBias: biases("gate", width), upBias: biases("up", width),
                downBias: biases("down", hidden), activation: activation)
            let mixed = recorder.emit(.moe(normed, layer), name: "moe")
            let sum = hasResidual ? recorder.emit(.add(x, mixed), name: "sum") : mixed
            return recorder.finish(recorder.emit(.gatherLogitRows(sum), name: "rows"))
        }

        func runner(
            _ backend: some Backend, _ weights: RandomWeights, maxTokens: Int = 96, float32: Bool = true
        ) throws -> StepRunner {
            try StepRunner(
                backend: backend, program: program(), kvCacheSpecs: [], weights: weights, maxTokens: maxTokens,
                float32: float32)
        }
    }

    private func compare(_ mixture: Mixture, kernels: String?, threads: Int) throws {
        let weights = RandomWeights(mixture.program().weights)
        let fast = try mixture.runner(
            CPUBackend(configuration: .init(numThreads: threads, kernels: kernels)), weights)
        let reference = try mixture.runner(ReferenceBackend(), weights)
        for count in [1, 2, 5, 17, 70] {
            let tokens = randomTokens(count, below: mixture.vocab, seed: UInt64(count))
            let share = [StepRunner.Share(request: fast.add(tokens), numTokens: count, numLogits: count)]
            _ = reference.add(tokens)
            let (found, expected) = (try fast.step(share)[0], try reference.step(share)[0])
            let size = expected.joined().map(abs).max() ?? 0
            #expect(size > 0)
            for (a, b) in zip(found, expected) { #expect(largestDifference(a, b) < 1e-5 * size) }
        }
    }

    /// Kernels that run here, the best for nil.
    static let kernels: [String?] = [nil, "avx512", "avx2", "neon", "portable"].filter { name in
        name == nil || (try? CPUBackend(configuration: .init(numThreads: 1, kernels: name))) != nil
    }

    @Test("Odd sizes give what the reference gives", arguments: kernels, [1, 2, 3, 4])
    func sizes(kernels: String?, threads: Int) throws {
        for (hidden, width, numExperts, topK) in [(40, 24, 7, 3), (33, 19, 5, 5), (64, 130, 64, 1), (96, 1, 3, 2)] {
            var mixture = Mixture(hidden: hidden, width: width, numExperts: numExperts)
            mixture.routing.topK = topK
            mixture.hasNorm = topK != 1
            mixture.hasResidual = topK != 2
            try compare(mixture, kernels: kernels, threads: threads)
        }
    }

    @Test("Every way of choosing gives what the reference gives")
    func routings() throws {
        typealias Routing = MixtureOfExperts.Routing
        for routing in [
            Routing(topK: 2, scoring: .softmax, renormalizes: false, scale: 1.5),
            Routing(topK: 4, scoring: .softmaxOfChosen, renormalizes: false),
            Routing(topK: 3, scoring: .sigmoid, renormalizes: true, renormalizationEps: 1e-20, scale: 2),
            Routing(
                topK: 3, scoring: .sigmoid, numGroups: 4, topGroups: 2, groupScore: .bestTwo, renormalizes: true),
            Routing(topK: 4, scoring: .softmax, numGroups: 6, topGroups: 3, groupScore: .best, renormalizes: false),
            Routing(topK: 2, scoring: .softmax, renormalizes: true, renormalizationMin: 0.9),
        ] {
            for hasBias in [false, true] {
                var mixture = Mixture(numExperts: 12, routing: routing)
                (mixture.hasBias, mixture.hasCorrection) = (hasBias, hasBias)
                try compare(mixture, kernels: nil, threads: 2)
            }
        }
    }

    @Test("Every gated activation gives what the reference gives")
    func activations() throws {
        for activation in [
            Activation.gelu, .geluTanh, .relu, .sigmoid, .clampedSwiGLU(alpha: 1.702, limit: 0.4),
        ] {
            try compare(Mixture(hasBias: true, activation: activation), kernels: nil, threads: 2)
        }
    }

    @Test("A row's bits do not depend on its company", arguments: [1, 2, 3])
    func batchInvariance(threads: Int) throws {
        for format in [WeightFormat.f32, .bf16, .q8_0, .q4_0] {
            let mixture = Mixture(hidden: 64, width: 96, numExperts: 9)
            let weights = RandomWeights(mixture.program().weights, format: format)
            let backend = try CPUBackend(configuration: .init(numThreads: threads))
            let runner = try mixture.runner(backend, weights, float32: false)
            let tokens = randomTokens(80, below: mixture.vocab, seed: 5)
            func rows(_ tokens: ArraySlice<Int32>) throws -> [[Float]] {
                let request = runner.add(Array(tokens))
                return try runner.step([
                    .init(request: request, numTokens: tokens.count, numLogits: tokens.count)
                ])[0]
            }
            let together = try rows(tokens[...])
            for (start, end) in [(0, 1), (1, 3), (3, 8), (8, 28), (28, 80)] {
                #expect(try rows(tokens[start..<end]) == Array(together[start..<end]))
            }
        }
    }

    @Test("Among equal scores the lower number wins, and not-a-number never does")
    func ties() {
        let routing = MixtureOfExperts.Routing(topK: 3, scoring: .softmaxOfChosen, renormalizes: false)
        var chosen = [Int32](repeating: -1, count: 3)
        var shares = [Float](repeating: 0, count: 3)
        var scratch = [Double](repeating: 0, count: 18)
        for (logits, expected) in [
            ([1, 2, 2, 0, 2, 2], [1, 2, 4]), ([.nan, 0, -1, .nan, -1, -2], [1, 2, 4]),
            ([Float](repeating: .nan, count: 6), [0, 1, 2]),
        ] as [([Float], [Int32])] {
            routing.choose(
                logits, count: 6, correction: nil, scratch: &scratch, chosen: &chosen, shares: &shares)
            #expect(chosen == expected)
        }
    }
}
