import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("Outputs held to a grammar")
struct ConstrainedTests {
    private static func request(
        _ id: RequestID, _ constraint: GrammarConstraint?, temperature: Float = 1.5, maxTokens: Int = 30,
        _ edit: (inout SamplingParams) -> Void = { _ in }
    ) -> EngineRequest {
        var params = SamplingParams()
        params.temperature = temperature
        params.maxTokens = maxTokens
        params.eosTokenIDs = TestGrammar.eos
        edit(&params)
        var request = EngineRequest(id: id, promptTokenIDs: [Int32(id % 40) + 7, 3, 9], params: params)
        request.constraint = constraint
        return request
    }

    private static func run(_ requests: [EngineRequest], numBlocks: Int = 200) throws -> EngineHarness {
        let harness = EngineHarness(EngineHarness.configuration(maxModelLen: 64, numBlocks: numBlocks))
        try harness.loop.add(requests)
        harness.run()
        return harness
    }

    private func isBalanced(_ text: String) -> Bool {
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if depth < 0 { return false }
        }
        return depth == 0
    }

    @Test("Every finished output is a text of the grammar, whatever else the request asks for")
    func keepsTheGrammar() throws {
        let balanced = try TestGrammar.balanced()
        let choice = try TestGrammar.choice(["ab", "abba", "cab", "dd"])
        var generator = RequestGenerator(seed: 5)
        var requests: [EngineRequest] = []
        for id in 0..<120 as Range<RequestID> {
            requests.append(
                Self.request(id, id % 2 == 0 ? balanced : choice, temperature: id % 5 == 0 ? 0 : 1.5) { params in
                    params.topK = generator.below(6)
                    if generator.chance(30) { params.repetitionPenalty = 1.5 }
                    if generator.chance(30) { params.frequencyPenalty = 0.5 }
                    if generator.chance(30) { params.logitBias = [TestGrammar.id("("): -1, TestGrammar.id("dd"): 3] }
                    if generator.chance(30) { params.ignoreEOS = true }
                    if generator.chance(30) { params.numLogprobs = 3 }
                })
        }
        let harness = try Self.run(requests)
        for id in 0..<120 as Range<RequestID> {
            let result = try #require(harness.results[id])
            let text = TestGrammar.text(result.tokenIDs)
            switch result.finishReason {
            case .stop:
                #expect(TestGrammar.eos.contains(result.tokenIDs.last ?? -1))
                #expect(result.stopTokenID == nil)
                #expect(id % 2 == 0 ? isBalanced(text) && !text.isEmpty : ["ab", "abba", "cab", "dd"].contains(text))
            case .length: #expect(id % 2 == 0 && result.tokenIDs.count == 30)
            default: Issue.record("request \(id) ended with \(String(describing: result.finishReason))")
            }
            for entry in result.logprobs { #expect(entry.chosen.logprob <= 0 && entry.chosen.logprob.isFinite) }
        }
    }

    @Test("Company, step sizes and preemption change nothing")
    func isBatchInvariant() throws {
        let balanced = try TestGrammar.balanced()
        let requests = (0..<16 as Range<RequestID>).map { id in
            Self.request(id, id % 4 == 3 ? nil : balanced, maxTokens: 40) { $0.seed = 11 }
        }
        let alone = try requests.map { try Self.run([$0]).results[$0.id]?.tokenIDs }
        let roomy = try Self.run(requests)
        // Too few blocks for all: requests are preempted and computed again.
        let tight = try Self.run(requests, numBlocks: 24)
        #expect(tight.loop.scheduler.statistics.numPreemptions > 0)
        for (index, request) in requests.enumerated() {
            #expect(roomy.results[request.id]?.tokenIDs == alone[index])
            #expect(tight.results[request.id]?.tokenIDs == alone[index])
        }
    }

    @Test("Requests without a grammar give what they give without company that has one")
    func leavesOthersAlone() throws {
        var generator = RequestGenerator(seed: 9)
        let free = (0..<20 as Range<RequestID>).map { generator.request($0) }
        let balanced = try TestGrammar.balanced()
        let held = (100..<110 as Range<RequestID>).map { Self.request($0, balanced) }
        let harness = EngineHarness(EngineHarness.configuration())
        try harness.loop.add(free + held)
        harness.run()
        for request in free { #expect(harness.results[request.id] == harness.naive.generate(request)) }
    }

    @Test("Log-probabilities are those among the allowed tokens")
    func logprobs() throws {
        let choice = try TestGrammar.choice(["ab", "cab"])
        let harness = try Self.run([Self.request(1, choice) { $0.numLogprobs = 6 }])
        let first = try #require(harness.results[1]?.logprobs.first)
        let allowed: Set = ["a", "ab", "c", "ca", "cab"].map(TestGrammar.id).reduce(into: Set<Int32>()) {
            $0.insert($1)
        }
        #expect(allowed.contains(first.chosen.tokenID))
        #expect(Set(first.top.prefix(5).map(\.tokenID)) == allowed)
        #expect(first.top[5].logprob == -.infinity)
    }

    @Test("A grammar that meets a contradiction ends its request with an error, and no other")
    func contradictions() throws {
        let choice = try TestGrammar.choice(["ab"])
        let requests = [
            // The text is complete after one or two tokens, but must not end.
            Self.request(1, choice) { $0.minTokens = 9 },
            Self.request(2, choice) {
                $0.logitBias = [TestGrammar.id("a"): -.infinity, TestGrammar.id("ab"): -.infinity]
            },
            Self.request(3, choice),
            Self.request(4, try TestGrammar.failing()),
            Self.request(5, nil),
            Self.request(6, choice, temperature: 0) { $0.minTokens = 9 },
        ]
        let harness = try Self.run(requests)
        for id in [1, 2, 4, 6] as [RequestID] {
            #expect(harness.results[id]?.finishReason == .error, "\(id)")
            #expect(harness.errorMessages[id]?.contains("grammar") == true, "\(id)")
        }
        #expect(harness.errorMessages[4]?.contains("too much") == true)
        #expect(harness.results[3]?.finishReason == .stop)
        #expect(harness.results[5]?.finishReason != .error)
    }

    @Test("Stop tokens and max_tokens end a constrained output early")
    func endsEarly() throws {
        let choice = try TestGrammar.choice(["dddddddd"])
        let harness = try Self.run([
            Self.request(1, choice) { $0.stopTokenIDs = [TestGrammar.id("d"), TestGrammar.id("dd")] },
            Self.request(2, choice, maxTokens: 2),
        ])
        #expect(harness.results[1]?.tokenIDs.count == 1)
        #expect(harness.results[1]?.stopTokenID == harness.results[1]?.tokenIDs.first)
        #expect(harness.results[2]?.finishReason == .length)
    }

    @Test("Reasoning is free, cannot end the output, and the grammar follows it")
    func reasoning() throws {
        var constraint = try TestGrammar.choice(["ab", "cab"])
        for isOpen in [true, false] {
            constraint.reasoning = TestGrammar.reasoning(isOpen: isOpen)
            let requests = (0..<60 as Range<RequestID>).map { id in
                Self.request(id, constraint, maxTokens: 50) {
                    $0.logitBias = [TestGrammar.endThink: 2, TestGrammar.think: 2]
                }
            }
            let harness = try Self.run(requests)
            var numReasoned = 0
            for request in requests {
                let result = try #require(harness.results[request.id])
                #expect(result.finishReason != .error, "\(harness.errorMessages[request.id] ?? "")")
                #expect(!result.tokenIDs.contains(TestGrammar.call))
                let text = TestGrammar.text(result.tokenIDs)
                guard result.finishReason == .stop else { continue }
                let parts = text.split(separator: "</think>", maxSplits: 1)
                let answer = parts.last.map(String.init) ?? ""
                #expect(["ab", "cab"].contains(answer), "\(text)")
                #expect(isOpen ? text.contains("</think>") : text.contains("</think>") == text.hasPrefix("<think>"))
                if text.contains("</think>") { numReasoned += 1 }
            }
            #expect(numReasoned > 0)
        }
    }

    @Test("A tool call ends reasoning where the grammar begins with one")
    func breaks() throws {
        let grammar = try TestGrammar.tagged("<call>", "ab")
        var constraint = grammar
        constraint.reasoning = TestGrammar.reasoning(isOpen: true)
        let harness = try Self.run([
            Self.request(1, constraint, temperature: 0) { $0.logitBias = [TestGrammar.call: 100] }
        ])
        let result = try #require(harness.results[1])
        #expect(result.finishReason == .stop)
        #expect(TestGrammar.text(result.tokenIDs) == "<call>ab")
    }
}
