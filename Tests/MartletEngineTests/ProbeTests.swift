import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("A probe tells the raw log-probability of a token at one position of the prompt")
struct ProbeTests {
    private static func request(_ id: RequestID, _ generator: inout RequestGenerator) -> EngineRequest {
        var request = generator.request(id)
        request.probe = TokenProbe(
            position: generator.below(request.promptTokenIDs.count),
            tokenID: Int32(generator.below(EngineHarness.vocabSize)))
        return request
    }

    private func logits(_ request: EngineRequest, upTo count: Int) -> [Float] {
        HashModel().logits(request.promptTokenIDs[..<count], isLong: false, vocabSize: EngineHarness.vocabSize)
    }

    @Test(
        "whatever else is asked for, in chunks, with few rows, prefix hits and preemption", arguments: [2, 3, 16],
        [1, 2])
    func equalsDefinition(maxLogitRows: Int, seed: UInt64) throws {
        var configuration = EngineHarness.configuration(
            maxModelLen: 48, numBlocks: 16, maxNumSeqs: min(maxLogitRows, 6), maxTokens: 16)
        configuration.maxNumLogitRows = maxLogitRows
        let harness = EngineHarness(configuration)
        var generator = RequestGenerator(seed: seed)
        var given: [RequestID: [Float]] = [:]
        let requests = (0..<40 as Range<RequestID>).map { Self.request($0, &generator) }
        try harness.loop.add(requests)
        while harness.loop.hasWork {
            for output in harness.step() {
                if let logprob = output.probeLogprob { given[output.id, default: []].append(logprob) }
            }
        }
        for request in requests {
            #expect(harness.results[request.id] == harness.naive.generate(request))
            let probe = try #require(request.probe)
            let expected = PlainSampler.logprob(
                of: Int(probe.tokenID), logits(request, upTo: probe.position + 1))
            #expect(given[request.id] == [expected], "request \(request.id)")
        }
    }

    @Test("A limit of the prompt's log-probabilities leaves those of the output alone")
    func limit() throws {
        let harness = EngineHarness(EngineHarness.configuration())
        var params = SamplingParams()
        params.numLogprobs = 48
        params.numPromptLogprobs = 48
        params.maxTokens = 1
        var request = EngineRequest(id: 1, promptTokenIDs: [1, 40, 3, 7, 41], params: params)
        request.promptLogprobLimit = 20
        try harness.loop.add([request])
        harness.run()
        let result = try #require(harness.results[1])
        #expect(result.logprobs.first?.top.count == 48)
        let prompt = try #require(result.promptLogprobs)
        for (index, entry) in prompt.enumerated().dropFirst() {
            let entry = try #require(entry)
            let raw = Array(logits(request, upTo: index).prefix(20))
            #expect(Set(entry.top.map(\.tokenID)) == Set(0..<20))
            for top in entry.top { #expect(abs(top.logprob - PlainSampler.logprob(of: Int(top.tokenID), raw)) < 1e-5) }
            if request.promptTokenIDs[index] < 20 { #expect(entry.top.contains(entry.chosen)) }
        }
    }
}
