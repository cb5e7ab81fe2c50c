import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("The engine gives what the naive loop gives, token by token and logprob by logprob")
struct TwinTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var maxNumSeqs = 8
        var maxTokens = 32
        var numBlocks = 64
        var blockSize = 4
        var prefixCaching = true
        var policy = EngineConfiguration.SchedulingPolicy.fcfs
        var expectsPreemption = false

        var testDescription: String {
            "\(maxNumSeqs) seqs, \(maxTokens) tokens a step, \(numBlocks) blocks of \(blockSize), "
                + "prefix caching \(prefixCaching), \(policy)"
        }
    }

    @Test(
        "under batching, chunking, prefix hits and preemption",
        arguments: [
            Case(maxNumSeqs: 1), Case(), Case(prefixCaching: false), Case(maxTokens: 8), Case(maxTokens: 9),
            Case(maxTokens: 512), Case(numBlocks: 512, blockSize: 1), Case(blockSize: 16),
            Case(numBlocks: 16, expectsPreemption: true),
            Case(numBlocks: 16, prefixCaching: false, expectsPreemption: true),
            Case(maxTokens: 8, numBlocks: 14, expectsPreemption: true),
            Case(numBlocks: 49, blockSize: 1, expectsPreemption: true),
            Case(numBlocks: 20, policy: .priority, expectsPreemption: true),
            Case(maxNumSeqs: 24, maxTokens: 64, numBlocks: 30, expectsPreemption: true),
        ], [1 as UInt64, 2])
    func equalsNaive(_ test: Case, seed: UInt64) throws {
        var configuration = EngineHarness.configuration(
            maxModelLen: 48, numBlocks: test.numBlocks, blockSize: test.blockSize, maxNumSeqs: test.maxNumSeqs,
            maxTokens: test.maxTokens, prefixCaching: test.prefixCaching)
        configuration.schedulingPolicy = test.policy
        configuration.seed = seed
        let harness = EngineHarness(configuration)
        var generator = RequestGenerator(seed: seed)
        let requests = (0..<40 as Range<RequestID>).map { generator.request($0) }
        for request in requests {
            try harness.loop.add([request])
            if generator.chance(40) { harness.step() }
        }
        harness.run()
        for request in requests { #expect(harness.results[request.id] == harness.naive.generate(request)) }
        let statistics = harness.loop.scheduler.statistics
        #expect((statistics.numPreemptions > 0) == test.expectsPreemption)
        #expect((statistics.prefixCacheHits > 0) == test.prefixCaching)
        #expect(statistics.generationTokens == harness.results.values.reduce(0) { $0 + $1.tokenIDs.count })
        #expect(statistics.promptTokens == requests.reduce(0) { $0 + $1.promptTokenIDs.count })
    }

    @Test("with rows for prompt_logprobs so scarce that prompts span many chunks", arguments: [2, 3, 7])
    func scarceLogitRows(maxLogitRows: Int) throws {
        var configuration = EngineHarness.configuration(maxNumSeqs: 2)
        configuration.maxNumLogitRows = maxLogitRows
        let harness = EngineHarness(configuration)
        var generator = RequestGenerator(seed: 5)
        let requests = (0..<20 as Range<RequestID>).map { id in
            var request = generator.request(id)
            if id % 2 == 0 { request.params.numPromptLogprobs = 2 }
            return request
        }
        try harness.loop.add(requests)
        harness.run()
        for request in requests { #expect(harness.results[request.id] == harness.naive.generate(request)) }
    }

    @Test("and thousands of random steps with aborts keep every invariant", arguments: [11, 12, 13, 14] as [UInt64])
    func randomTrace(seed: UInt64) throws {
        var generator = RequestGenerator(seed: seed, maxPrompt: 40, maxOutput: 30)
        var configuration = EngineHarness.configuration(
            maxModelLen: 64, numBlocks: 18 + generator.below(10), maxNumSeqs: 6, maxTokens: 6 + generator.below(20))
        configuration.schedulingPolicy = seed % 2 == 0 ? .fcfs : .priority
        let harness = EngineHarness(configuration)
        var requests: [EngineRequest] = []
        var aborted: Set<RequestID> = []
        for _ in 0..<2000 {
            if harness.loop.scheduler.waiting.count < 10, generator.chance(40) {
                requests.append(generator.request(RequestID(requests.count)))
                try harness.loop.add([requests[requests.count - 1]])
            }
            if generator.chance(5), !requests.isEmpty {
                let victim = requests[requests.count - 1 - generator.below(min(12, requests.count))].id
                if harness.results[victim]?.finishReason == nil { aborted.insert(victim) }
                harness.loop.abort([victim, 1_000_000])
                #expect(harness.loop.scheduler.violations().isEmpty)
            }
            harness.step()
        }
        harness.run()
        #expect(requests.count > 300)
        #expect(harness.loop.scheduler.statistics.numPreemptions > 10)
        for request in requests {
            let result = try #require(harness.results[request.id])
            let expected = harness.naive.generate(request)
            if aborted.contains(request.id) {
                #expect(result.finishReason == .abort)
                #expect(expected.tokenIDs.starts(with: result.tokenIDs))
            } else {
                #expect(result == expected)
            }
        }
    }
}
