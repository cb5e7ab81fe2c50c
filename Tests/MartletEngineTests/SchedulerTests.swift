import MartletModelIR
import Testing

@testable import MartletEngine

@Suite struct SchedulerTests {
    private func request(
        _ id: RequestID, prompt: Int, maxTokens: Int = 8, priority: Int = 0
    ) -> EngineRequest {
        var params = SamplingParams()
        params.maxTokens = maxTokens
        params.temperature = 0
        let tokens = (0..<prompt).map { Int32((Int(id) * 7 + $0 * 5) % EngineHarness.vocabSize) }
        return EngineRequest(id: id, promptTokenIDs: tokens, params: params, priority: priority)
    }

    private func parts(_ harness: EngineHarness) -> [[Int]] {
        harness.loop.scheduler.output.requests.map { [Int($0.id), $0.numComputedTokens, $0.numScheduledTokens] }
    }

    @Test("A long prompt is cut to the budget and the requests after it wait for what is left")
    func chunkedPrefill() throws {
        let harness = EngineHarness(EngineHarness.configuration(maxTokens: 16))
        try harness.loop.add([request(0, prompt: 3), request(1, prompt: 40), request(2, prompt: 2)])
        harness.step()
        #expect(parts(harness) == [[0, 0, 3], [1, 0, 13]])
        harness.step()
        #expect(parts(harness) == [[0, 3, 1], [1, 13, 15]])
        harness.step()
        #expect(parts(harness) == [[0, 4, 1], [1, 28, 12], [2, 0, 2]])
    }

    @Test("A long prompt first in line leaves every running request a token of each step")
    func prefillDoesNotStarveDecode() throws {
        var configuration = EngineHarness.configuration(maxTokens: 8)
        configuration.schedulingPolicy = .priority
        let harness = EngineHarness(configuration)
        try harness.loop.add([request(0, prompt: 2, priority: 5), request(1, prompt: 2, priority: 5)])
        harness.step()
        try harness.loop.add([request(2, prompt: 30, priority: 0)])
        harness.step()
        #expect(parts(harness) == [[0, 2, 1], [1, 2, 1], [2, 0, 6]])
        harness.step()
        #expect(parts(harness) == [[2, 6, 6], [0, 3, 1], [1, 3, 1]])
    }

    @Test("Waiting requests are admitted in order of arrival, or of priority under that policy")
    func admissionOrder() throws {
        for (policy, order) in [(EngineConfiguration.SchedulingPolicy.fcfs, [0, 1, 2, 3]), (.priority, [2, 1, 3, 0])] {
            var configuration = EngineHarness.configuration(maxNumSeqs: 1)
            configuration.schedulingPolicy = policy
            let harness = EngineHarness(configuration)
            for (id, priority) in [(0 as RequestID, 9), (1, 1), (2, 0), (3, 1)] {
                try harness.loop.add([request(id, prompt: 3, maxTokens: 1, priority: priority)])
            }
            var finished: [Int] = []
            while harness.loop.hasWork { finished += harness.step().map { Int($0.id) } }
            #expect(finished == order)
        }
    }

    @Test("When blocks run out the latest arrival gives its own back and comes again first")
    func preemption() throws {
        // 8 blocks of 4: two requests of 14 + 10 tokens need 6 each.
        let harness = EngineHarness(EngineHarness.configuration(numBlocks: 8, prefixCaching: false))
        try harness.loop.add([request(0, prompt: 14, maxTokens: 10), request(1, prompt: 14, maxTokens: 10)])
        try harness.loop.add([request(2, prompt: 2, maxTokens: 10)])
        while harness.loop.scheduler.statistics.numPreemptions == 0 { harness.step() }
        #expect(harness.loop.scheduler.running.map(\.id) == [0])
        #expect(harness.loop.scheduler.waiting.all.map(\.id) == [1, 2])
        harness.run()
        #expect(harness.finishStatistics[0]?.numPreemptions == 0)
        #expect(harness.finishStatistics[1]?.numPreemptions ?? 0 > 0)
        for id in 0..<2 as Range<RequestID> {
            #expect(harness.results[id] == harness.naive.generate(request(id, prompt: 14, maxTokens: 10)))
        }
    }

    @Test("A request that can never be served is refused with the field and both numbers")
    func impossibleRequests() {
        let harness = EngineHarness(EngineHarness.configuration(maxModelLen: 64, numBlocks: 10))
        func refusal(_ request: EngineRequest) -> (field: String, reason: String)? {
            do throws(EngineError) { try harness.loop.add([request]) } catch {
                if case .invalidRequest(let field, let reason) = error { return (field, reason) }
            }
            return nil
        }
        let tooLong = refusal(request(0, prompt: 64))
        #expect(tooLong?.field == "prompt" && tooLong?.reason.contains("64") == true)
        let tooBig = refusal(request(1, prompt: 41))
        #expect(
            tooBig?.field == "prompt" && tooBig?.reason.contains("41") == true && tooBig?.reason.contains("40") == true)
        let tooMany = refusal(request(2, prompt: 30, maxTokens: 12))
        #expect(tooMany?.field == "max_tokens" && tooMany?.reason.contains("12") == true)
        #expect(refusal(request(3, prompt: 30, maxTokens: 11)) == nil, "the last token takes no slot")
        #expect(refusal(request(4, prompt: 0))?.field == "prompt")
        #expect(refusal(EngineRequest(id: 5, promptTokenIDs: [48], params: SamplingParams()))?.field == "prompt")
        #expect(refusal(EngineRequest(id: 5, promptTokenIDs: [-1], params: SamplingParams()))?.field == "prompt")
        harness.run()
    }

    struct InvalidParameter: Sendable, CustomTestStringConvertible {
        let field: String
        let change: @Sendable (inout SamplingParams) -> Void

        init(_ field: String, change: @escaping @Sendable (inout SamplingParams) -> Void) {
            self.field = field
            self.change = change
        }

        var testDescription: String { field }
    }

    @Test(
        "Sampling parameters out of range are refused under their API name",
        arguments: [
            InvalidParameter("temperature") { $0.temperature = -1 },
            InvalidParameter("temperature") { $0.temperature = .nan },
            InvalidParameter("top_k") { $0.topK = -1 },
            InvalidParameter("top_p") { $0.topP = 0 },
            InvalidParameter("min_p") { $0.minP = 1.1 },
            InvalidParameter("repetition_penalty") { $0.repetitionPenalty = 0 },
            InvalidParameter("presence_penalty") { $0.presencePenalty = 3 },
            InvalidParameter("frequency_penalty") { $0.frequencyPenalty = .nan },
            InvalidParameter("max_tokens") { $0.maxTokens = 0 },
            InvalidParameter("min_tokens") { $0.minTokens = 17 },
            InvalidParameter("logprobs") { $0.numLogprobs = -1 },
            InvalidParameter("prompt_logprobs") { $0.numPromptLogprobs = 49 },
            InvalidParameter("logit_bias") { $0.logitBias = [48: 1] },
            InvalidParameter("logit_bias") { $0.logitBias = [1: .infinity] },
            InvalidParameter("stop_token_ids") { $0.stopTokenIDs = [-1] },
        ])
    func invalidParameters(_ parameter: InvalidParameter) {
        let harness = EngineHarness(EngineHarness.configuration())
        var request = request(0, prompt: 3)
        request.params = SamplingParams()
        parameter.change(&request.params)
        #expect {
            try harness.loop.add([request])
        } throws: { error in
            guard case .invalidRequest(parameter.field, _)? = error as? EngineError else { return false }
            return true
        }
    }

    @Test("A batch of requests is taken in whole or not at all")
    func allOrNothing() throws {
        let harness = EngineHarness(EngineHarness.configuration())
        #expect(throws: EngineError.self) {
            try harness.loop.add([request(0, prompt: 3), request(1, prompt: 0)])
        }
        #expect(throws: EngineError.self) {
            try harness.loop.add([request(0, prompt: 3), request(0, prompt: 3)])
        }
        #expect(!harness.loop.hasWork)
        try harness.loop.add([request(0, prompt: 3)])
        #expect(throws: EngineError.self) { try harness.loop.add([request(0, prompt: 3)]) }
    }

    @Test("The queue takes as many as its limit beyond the free seats")
    func queueLimit() throws {
        var configuration = EngineHarness.configuration(maxNumSeqs: 2)
        configuration.maxNumQueuedRequests = 3
        let harness = EngineHarness(configuration)
        let requests = (0..<6 as Range<RequestID>).map { request($0, prompt: 3) }
        #expect(throws: EngineError.queueFull(limit: 3)) { try harness.loop.add(requests) }
        try harness.loop.add(Array(requests[..<5]))
        harness.step()
        #expect(throws: EngineError.queueFull(limit: 3)) { try harness.loop.add([requests[5]]) }
        harness.run()
    }

    @Test("Output ends with the context, and as length")
    func contextEnd() throws {
        let harness = EngineHarness(EngineHarness.configuration(maxModelLen: 20))
        try harness.loop.add([request(0, prompt: 17, maxTokens: .max)])
        harness.run()
        #expect(harness.results[0]?.tokenIDs.count == 3)
        #expect(harness.results[0]?.finishReason == .length)
    }

    @Test("A backend error fails the requests of its step with its message, and no others")
    func backendError() throws {
        let harness = EngineHarness(EngineHarness.configuration(maxNumSeqs: 2))
        let requests = (0..<4 as Range<RequestID>).map { request($0, prompt: 9) }
        try harness.loop.add(requests)
        harness.step()
        harness.executable.onSubmit = { _ throws(BackendError) in
            throw BackendError(backend: "hash", message: "out of order")
        }
        harness.step()
        harness.executable.onSubmit = { _ throws(BackendError) in }
        harness.run()
        for id in 0..<2 as Range<RequestID> {
            #expect(harness.results[id]?.finishReason == .error)
            #expect(harness.errorMessages[id] == "hash backend: out of order")
        }
        for id in 2..<4 as Range<RequestID> {
            #expect(harness.results[id] == harness.naive.generate(requests[Int(id)]))
        }
    }

    @Test("A runner that gives too few results fails the step")
    func lyingRunner() throws {
        final class LyingRunner: ModelRunner {
            static let contractVersion = EngineCore.runnerContractVersion
            let vocabSize = 48
            func submit(_ step: SchedulerOutput) throws(EngineError) {}
            func collect() throws(EngineError) -> ModelRunnerOutput { ModelRunnerOutput(sampled: []) }
        }
        var loop = StepLoop(configuration: EngineHarness.configuration(), runner: LyingRunner())
        try loop.add([request(0, prompt: 3)])
        let outputs = loop.step()
        #expect(outputs.map(\.finishReason) == [.error])
        #expect(outputs[0].errorMessage == "the runner gave 0 results for 1 rows")
        #expect(!loop.hasWork)
    }

    @Test("The second of two equal prompts finds all but its last block in the cache")
    func cachedTokens() throws {
        let harness = EngineHarness(EngineHarness.configuration())
        try harness.loop.add([request(7, prompt: 24)])
        harness.run()
        var again = request(7, prompt: 24)
        again.id = 8
        try harness.loop.add([again])
        harness.run()
        #expect(harness.numCachedTokens == [7: 0, 8: 20])
        #expect(harness.loop.scheduler.statistics.prefixCacheQueries == 48)
        #expect(harness.loop.scheduler.statistics.prefixCacheHits == 20)
        let isReset = harness.loop.resetPrefixCache()
        #expect(isReset)
    }

    @Test("Steps are counted by their number of tokens")
    func histogram() throws {
        let harness = EngineHarness(EngineHarness.configuration())
        try harness.loop.add([request(0, prompt: 20, maxTokens: 3)])
        harness.run()
        let histogram = harness.loop.scheduler.statistics.stepTokens
        #expect(histogram.counts == [2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(histogram.sum == 22)
    }

    @Test("Settings that do not fit together are named")
    func configurationErrors() {
        var configuration = EngineHarness.configuration()
        #expect(throws: Never.self) { try configuration.validate() }
        configuration.maxNumBatchedTokens = 4
        #expect(throws: EngineError.self) { try configuration.validate() }
        configuration = EngineHarness.configuration()
        configuration.maxNumLogitRows = 4
        #expect(throws: EngineError.self) { try configuration.validate() }
    }
}
