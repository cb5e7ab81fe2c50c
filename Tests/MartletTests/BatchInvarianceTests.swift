import Martlet
import MartletEngine
import Testing

/// Whole engine, real kernels: a request's bits depend on nothing but the request.
@Suite("A request's tokens and log-probabilities are the same bits", .timeLimit(.minutes(3)))
struct BatchInvarianceTests {
    static let prompt =
        "Once upon a time there was a curious fox who lived near the harbour. The fox had lost a silver coin and was very "
        + "sad. Rosa came by and said, \"I can help you.\" They walked for a long time and asked everyone they met."

    /// Greedy and seeded.
    static let temperatures: [Double] = [0, 0.9]

    static func request(_ temperature: Double, prompt: String = prompt, seed: Int = 11) -> GenerationRequest {
        var request = DemoModel.request(prompt, maxTokens: 48, seed: seed)
        request.sampling.temperature = temperature
        request.sampling.ignoreEOS = true
        request.logprobs = 3
        return request
    }

    static func load(_ edit: (inout LLMConfiguration) -> Void = { _ in }) async throws -> LLM {
        try await DemoModel.load {
            $0.numThreads = 2
            $0.maxNumSeqs = 40
            $0.maxModelLen = 256
            edit(&$0)
        }
    }

    /// Runs the request while `count` others come and go.
    static func amongOthers(_ llm: LLM, _ temperature: Double, count: Int) async throws -> GenerationEvent {
        try await withThrowingTaskGroup(of: GenerationEvent?.self) { group in
            for other in 0..<count {
                group.addTask {
                    let prompt = String(Self.prompt.dropFirst(other * 5))
                    _ = try await llm.output(Self.request(1, prompt: prompt, seed: other))
                    return nil
                }
            }
            group.addTask { try await llm.output(Self.request(temperature)) }
            return try await group.reduce(nil) { $0 ?? $1 }!
        }
    }

    static func expectEqual(_ event: GenerationEvent, _ alone: GenerationEvent) {
        #expect(event.tokenIDs == alone.tokenIDs)
        #expect(bits(event) == bits(alone))
    }

    static func bits(_ event: GenerationEvent) -> [UInt32] {
        event.logprobs.flatMap { [$0.chosen] + $0.top }.map(\.logprob.bitPattern)
    }

    @Test("among 32 others", arguments: temperatures)
    func batched(temperature: Double) async throws {
        let alone = try await Self.load().output(Self.request(temperature))
        #expect(alone.tokenIDs.count == 48)
        Self.expectEqual(try await Self.amongOthers(try await Self.load(), temperature, count: 32), alone)
    }

    @Test("with the prompt in chunks", arguments: [16, 23, 40])
    func chunked(budget: Int) async throws {
        let alone = try await Self.load().output(Self.request(0.9))
        let chunked = try await Self.load {
            $0.maxNumSeqs = 8
            $0.maxNumBatchedTokens = budget
        }
        Self.expectEqual(try await chunked.output(Self.request(0.9)), alone)
    }

    @Test("after a prefix-cache hit", arguments: temperatures)
    func prefixHit(temperature: Double) async throws {
        let llm = try await Self.load()
        let first = try await llm.output(Self.request(temperature))
        let second = try await llm.output(Self.request(temperature))
        #expect(first.numCachedTokens == 0)
        #expect(second.numCachedTokens > 0)
        Self.expectEqual(second, first)
    }

    @Test("after preemption", arguments: temperatures)
    func preempted(temperature: Double) async throws {
        let alone = try await Self.load().output(Self.request(temperature))
        let small = try await Self.load {
            $0.kvCacheMemoryBytes = 800_000
            $0.enablePrefixCaching = false
        }
        Self.expectEqual(try await Self.amongOthers(small, temperature, count: 12), alone)
        #expect(small.statistics.numPreemptions > 0)
    }
}
