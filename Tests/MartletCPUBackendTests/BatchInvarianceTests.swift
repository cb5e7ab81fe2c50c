import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// A request's logits do not depend on its company, not in a single bit.
struct BatchInvarianceTests {
    private let model: TinyModel = {
        var model = TinyModel()
        (model.hidden, model.heads, model.kvHeads, model.headDim) = (128, 8, 2, 32)
        model.hasQKNorm = true
        return model
    }()

    private func runner(_ weights: RandomWeights, _ dtype: KVCacheDType, threads: Int, seed: UInt64) throws
        -> StepRunner
    {
        try StepRunner(
            backend: CPUBackend(configuration: .init(numThreads: threads)), model: model, weights: weights,
            dtype: dtype, maxTokens: 256, numBlocks: 512, seed: seed, float32: false)
    }

    /// Logits of every prompt token, computed whole and alone, then of some decode steps.
    private func alone(_ prompt: [Int32], _ weights: RandomWeights, _ dtype: KVCacheDType) throws -> [[Float]] {
        let runner = try runner(weights, dtype, threads: 1, seed: 3)
        let request = runner.add(prompt)
        return try runner.step([.init(request: request, numTokens: prompt.count, numLogits: prompt.count)])[0]
    }

    @Test("Random splits and company change nothing", arguments: KVCacheDType.allCases, [1, 2, 3])
    func randomSplits(dtype: KVCacheDType, threads: Int) throws {
        for format in [WeightFormat.f32, .bf16, .q8_0, .q4_0] {
            let weights = RandomWeights(model.program().weights, format: format)
            let prompts = (0..<6).map {
                randomTokens([1, 17, 64, 65, 100, 130][$0], below: model.vocab, seed: UInt64($0))
            }
            let expected = try prompts.map { try alone($0, weights, dtype) }
            var random = SplitMix(seed: UInt64(threads))
            let runner = try runner(weights, dtype, threads: threads, seed: 11)
            let requests = prompts.map { runner.add($0) }
            var done = [Int](repeating: 0, count: prompts.count)
            while zip(done, prompts).contains(where: { $0 < $1.count }) {
                var shares: [StepRunner.Share] = []
                for request in requests.shuffled(using: &random) where done[request] < prompts[request].count {
                    let count = min(
                        prompts[request].count - done[request], [1, 1, 2, 7, 16, 33].randomElement(using: &random) ?? 1)
                    if Bool.random(using: &random) {
                        shares.append(.init(request: request, numTokens: count, numLogits: count))
                    }
                }
                if shares.isEmpty { continue }
                let logits = try runner.step(shares)
                for (share, rows) in zip(shares, logits) {
                    for (offset, row) in rows.enumerated() {
                        #expect(row == expected[share.request][done[share.request] + offset])
                    }
                    done[share.request] += share.numTokens
                }
            }
        }
    }

    @Test("A request among 32 others gives its own bits", arguments: [1, 2])
    func amongMany(threads: Int) throws {
        let weights = RandomWeights(model.program().weights, format: .bf16)
        let prompts = (0..<33).map { randomTokens(3 + $0 % 5, below: model.vocab, seed: UInt64($0)) }
        let runner = try runner(weights, .bfloat16, threads: threads, seed: 5)
        let requests = prompts.map { runner.add($0) }
        _ = try runner.step(
            requests.map { .init(request: $0, numTokens: prompts[$0].count - 1, numLogits: 0) })
        let together = try runner.step(requests.map { .init(request: $0, numTokens: 1) })
        for (request, prompt) in prompts.enumerated() {
            #expect(try together[request][0] == alone(prompt, weights, .bfloat16).last)
        }
    }

    @Test("Long contexts that threads share give the same bits", arguments: KVCacheDType.allCases, [1, 2, 3])
    func longContexts(dtype: KVCacheDType, threads: Int) throws {
        var model = model
        (model.heads, model.kvHeads) = (3, 1)
        let weights = RandomWeights(model.program().weights, format: .bf16)
        let prompt = randomTokens(1290, below: model.vocab, seed: 4)
        func logits(threads: Int, chunk: Int, company: [Int]) throws -> [[Float]] {
            let runner = try StepRunner(
                backend: CPUBackend(configuration: .init(numThreads: threads)), model: model, weights: weights,
                dtype: dtype, maxTokens: 256, numBlocks: 512, seed: 3, float32: false)
            let request = runner.add(prompt)
            let others = company.map { runner.add(randomTokens(100, below: model.vocab, seed: UInt64($0))) }
            var found: [[Float]] = []
            var done = 0
            while done < prompt.count {
                // The last tokens come one by one.
                let count = done < 1280 ? min(chunk, 1280 - done) : 1
                var shares = [StepRunner.Share(request: request, numTokens: count, numLogits: 1)]
                if done >= 1280 { shares += others.map { .init(request: $0, numTokens: 1) } }
                found.append(try runner.step(shares)[0][0])
                done += count
            }
            return found.suffix(11)
        }
        let expected = try logits(threads: 1, chunk: 256, company: [])
        let alone = try logits(threads: threads, chunk: 256, company: [])
        #expect(alone == expected)
        let together = try logits(threads: threads, chunk: 40, company: [1, 2, 3, 4, 5])
        #expect(together == expected)
    }

    @Test("A cached prefix gives the same bits as computing it", arguments: KVCacheDType.allCases)
    func cachedPrefix(dtype: KVCacheDType) throws {
        let weights = RandomWeights(model.program().weights)
        let prompt = randomTokens(75, below: model.vocab, seed: 9)
        let expected = try alone(prompt, weights, dtype)
        let runner = try runner(weights, dtype, threads: 2, seed: 6)
        let first = runner.add(prompt)
        _ = try runner.step([.init(request: first, numTokens: 75, numLogits: 0)])
        let second = runner.add(prompt, sharing: first, blocks: 4)
        let found = try runner.step([.init(request: second, numTokens: 11, numLogits: 11)])[0]
        #expect(found == Array(expected.suffix(11)))
    }
}
