import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("Token rules say which tokens may follow which")
struct TokenRulesTests {
    /// Bans the last token and all that leave another remainder by 3 than the number of tokens so far.
    struct NoRepeats: TokenRules {
        var preferredTokensFrom: Int32?

        static func allows(_ id: Int, after generated: [Int32]) -> Bool {
            id % 3 == generated.count % 3 && generated.last != Int32(id)
        }

        func restrict(_ mask: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>) {
            for id in 0..<EngineHarness.vocabSize where !Self.allows(id, after: Array(generated)) {
                mask[id / 32] &= ~(1 << UInt32(id % 32))
            }
        }
    }

    /// Bans everything after so many tokens.
    struct DeadEnd: TokenRules {
        var length: Int
        var preferredTokensFrom: Int32? { nil }

        func restrict(_ mask: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>) {
            if generated.count >= length { mask.update(repeating: 0) }
        }
    }

    private static func request(_ id: RequestID, _ rules: any TokenRules, temperature: Float) -> EngineRequest {
        var params = SamplingParams()
        params.temperature = temperature
        params.maxTokens = 15
        params.numLogprobs = 3
        var request = EngineRequest(id: id, promptTokenIDs: [Int32(id % 40), 3, 9], params: params)
        request.tokenRules = rules
        return request
    }

    /// One request alone, every token computed from the definition.
    private func expected(_ request: EngineRequest, _ harness: EngineHarness) -> [TokenLogprobs] {
        var result: [TokenLogprobs] = []
        var generated: [Int32] = []
        while generated.count < request.params.maxTokens {
            let tokens = request.promptTokenIDs + generated
            var logits = HashModel().logits(tokens[...], isLong: false, vocabSize: EngineHarness.vocabSize)
            for id in logits.indices where !NoRepeats.allows(id, after: generated) { logits[id] = -.infinity }
            if let from = request.tokenRules?.preferredTokensFrom { PlainSampler.prefer(from: Int(from), &logits) }
            var row = SamplingRow()
            row.temperature = request.params.temperature
            row.numLogprobs = request.params.numLogprobs
            let seed = CounterRandom.seed(engineSeed: harness.configuration.seed, requestID: request.id)
            row.randomBits = CounterRandom.bits(seed: seed, index: generated.count)
            let sampled = PlainSampler.sample(logits, row)
            generated.append(sampled.tokenID)
            result.append(
                TokenLogprobs(
                    chosen: TokenLogprob(tokenID: sampled.tokenID, logprob: sampled.logprob, rank: sampled.rank),
                    top: sampled.topLogprobs))
        }
        return result
    }

    @Test("in batches, with preemption, as for one request alone", arguments: [nil, 30, 45] as [Int32?])
    func equalsAlone(preferredTokensFrom: Int32?) throws {
        let harness = EngineHarness(EngineHarness.configuration(numBlocks: 16))
        let requests = (0..<24 as Range<RequestID>).map { id in
            Self.request(
                id, NoRepeats(preferredTokensFrom: preferredTokensFrom), temperature: id % 3 == 0 ? 0 : 1)
        }
        // Others run with them that have no rules.
        var free = Self.request(100, NoRepeats(), temperature: 1)
        free.tokenRules = nil
        try harness.loop.add(requests + [free])
        harness.run()
        #expect(harness.loop.scheduler.statistics.numPreemptions > 0)
        for request in requests {
            #expect(harness.results[request.id]?.logprobs == expected(request, harness))
        }
        #expect(harness.results[100] == harness.naive.generate(free))
    }

    @Test("A request whose rules leave nothing ends with an error of its own, and the others go on")
    func deadEnd() throws {
        let harness = EngineHarness(EngineHarness.configuration())
        let other = Self.request(2, NoRepeats(), temperature: 1)
        var banned = Self.request(3, NoRepeats(), temperature: 0)
        banned.params.logitBias = Dictionary(uniqueKeysWithValues: (0..<48).map { ($0, -.infinity) })
        try harness.loop.add([Self.request(1, DeadEnd(length: 4), temperature: 1), other, banned])
        harness.run()
        #expect(harness.results[1]?.finishReason == .error)
        #expect(harness.results[1]?.tokenIDs.count == 4)
        #expect(harness.errorMessages[1]?.contains("token rules") == true)
        #expect(harness.results[3]?.finishReason == .error)
        #expect(harness.results[2]?.logprobs == expected(other, harness))
    }

    @Test("Rules and a grammar are refused together")
    func both() throws {
        let harness = EngineHarness(EngineHarness.configuration())
        var request = Self.request(1, NoRepeats(), temperature: 1)
        request.constraint = try TestGrammar.choice(["ab"])
        #expect(throws: EngineError.self) { try harness.loop.add([request]) }
    }
}
