import MartletModelIR
import Testing

@testable import MartletEngine

@Suite struct StepPaceTests {
    /// Knows that 512 tokens take a second.
    private func pace(target: Duration?) -> StepPace {
        var pace = StepPace(target: target)
        pace.record(numTokens: 512, isDecode: false, duration: .seconds(1))
        return pace
    }

    @Test("Prompts are cut to the target time only while others wait for their next token")
    func cut() {
        #expect(pace(target: .milliseconds(250)).numTokens(limit: 512, numDecoding: 1) == 128)
        #expect(pace(target: .milliseconds(250)).numTokens(limit: 512, numDecoding: 0) == 512)
        #expect(pace(target: .milliseconds(250)).numTokens(limit: 100, numDecoding: 1) == 100)
        #expect(pace(target: nil).numTokens(limit: 512, numDecoding: 1) == 512)
        #expect(StepPace(target: .milliseconds(250)).numTokens(limit: 512, numDecoding: 1) == 512)
    }

    @Test("Pieces never get too small to be worth reading the weights, nor shorter than a decode step")
    func least() {
        #expect(pace(target: .milliseconds(1)).numTokens(limit: 512, numDecoding: 7) == 7 + 32)
        var slow = pace(target: .milliseconds(250))
        slow.record(numTokens: 4, isDecode: true, duration: .milliseconds(400))
        #expect(slow.numTokens(limit: 512, numDecoding: 4) == 409)
    }

    @Test("The cost of a token is learned from large steps and follows a change")
    func learning() {
        var pace = pace(target: .milliseconds(250))
        pace.record(numTokens: 40, isDecode: false, duration: .seconds(1))
        #expect(pace.numTokens(limit: 512, numDecoding: 1) == 128)
        for _ in 0..<50 { pace.record(numTokens: 256, isDecode: false, duration: .seconds(1)) }
        #expect(pace.numTokens(limit: 512, numDecoding: 1) == 64)
    }

    @Test("A long prompt that arrives beside a running request is computed in pieces, and ends as it would alone")
    func longPrompt() throws {
        var configuration = EngineHarness.configuration(maxModelLen: 1024, numBlocks: 600, maxTokens: 512)
        configuration.targetStepTime = .nanoseconds(1)
        let harness = EngineHarness(configuration)
        func request(_ id: RequestID, prompt: Int, maxTokens: Int) -> EngineRequest {
            var params = SamplingParams()
            params.maxTokens = maxTokens
            params.temperature = 0
            let tokens = (0..<prompt).map { Int32((Int(id) * 7 + $0 * 5) % EngineHarness.vocabSize) }
            return EngineRequest(id: id, promptTokenIDs: tokens, params: params)
        }
        let requests = [request(0, prompt: 100, maxTokens: 30), request(1, prompt: 300, maxTokens: 4)]
        try harness.loop.add([requests[0]])
        harness.step()
        try harness.loop.add([requests[1]])
        harness.step()
        #expect(harness.loop.scheduler.output.requests.map(\.numScheduledTokens) == [1, 32])
        harness.run()
        for request in requests { #expect(harness.results[request.id] == harness.naive.generate(request)) }
    }
}
