import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("With sliding windows, states and a long rotary variant the engine gives what the naive loop gives")
struct HybridCacheTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var windows: [Int] = []
        var hasFull = true
        var numCheckpoints: Int?
        var longRotaryLength: Int?
        var numBlocks = 64
        /// Requests whose windows' blocks there are at a time.
        var numSeqsOfWindows = 8
        var blockSize = 4
        var maxTokens = 32
        var prefixCaching = true
        var policy = EngineConfiguration.SchedulingPolicy.fcfs

        var testDescription: String {
            "windows \(windows), full \(hasFull), checkpoints \(numCheckpoints.map(String.init) ?? "-"), long "
                + "\(longRotaryLength.map(String.init) ?? "-"), \(numBlocks) blocks of \(blockSize), windows for "
                + "\(numSeqsOfWindows), \(maxTokens) tokens a step, prefix caching \(prefixCaching), \(policy)"
        }

        var configuration: EngineConfiguration {
            var configuration = EngineHarness.configuration(
                maxModelLen: 48, numBlocks: numBlocks, blockSize: blockSize, maxTokens: maxTokens,
                prefixCaching: prefixCaching)
            configuration.hasFullLayers = hasFull
            configuration.windows = windows.map { window in
                let atOnce = EngineConfiguration.maxBlocksAtOnce(
                    window: min(window, 48), step: maxTokens, blockSize: blockSize)
                let perRequest = min(atOnce, configuration.maxBlocksPerRequest)
                return .init(window: window, numBlocks: numSeqsOfWindows * perRequest)
            }
            configuration.numStateCheckpoints = numCheckpoints
            configuration.longRotaryLength = longRotaryLength
            configuration.schedulingPolicy = policy
            return configuration
        }
    }

    static let cases = [
        Case(windows: [5]), Case(windows: [8, 13]), Case(windows: [1]), Case(windows: [4, 100]),
        Case(windows: [6], hasFull: false), Case(windows: [3, 9], hasFull: false, numBlocks: 100),
        Case(windows: [5], prefixCaching: false), Case(windows: [5], blockSize: 1), Case(windows: [7], blockSize: 16),
        Case(windows: [5], numSeqsOfWindows: 1, maxTokens: 8), Case(windows: [9, 20], numSeqsOfWindows: 2),
        Case(windows: [5], numBlocks: 14, maxTokens: 8), Case(windows: [9], numBlocks: 13, numSeqsOfWindows: 1),
        Case(windows: [5, 9], numBlocks: 15, numSeqsOfWindows: 2, policy: .priority),
        Case(numCheckpoints: 8), Case(numCheckpoints: 1), Case(numCheckpoints: 0), Case(numCheckpoints: 40),
        Case(hasFull: false, numCheckpoints: 6), Case(numCheckpoints: 6, prefixCaching: false),
        Case(windows: [6], numCheckpoints: 6), Case(windows: [6], hasFull: false, numCheckpoints: 6, maxTokens: 9),
        Case(numCheckpoints: 6, numBlocks: 14, maxTokens: 8), Case(numCheckpoints: 9, numBlocks: 50, blockSize: 1),
        Case(windows: [6], numCheckpoints: 5, numBlocks: 14, numSeqsOfWindows: 1, policy: .priority),
        Case(longRotaryLength: 20), Case(longRotaryLength: 20, numBlocks: 13, policy: .priority),
        Case(windows: [6], numCheckpoints: 6, longRotaryLength: 16, numBlocks: 16, maxTokens: 9),
    ]

    @Test("under batching, chunking, prefix hits and preemption", arguments: cases, [1 as UInt64, 2])
    func equalsNaive(_ test: Case, seed: UInt64) throws {
        var configuration = test.configuration
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
        let findsPrefixes = test.prefixCaching && test.numCheckpoints != 0
        #expect((statistics.prefixCacheHits > 0) == findsPrefixes)
        if test.numBlocks <= 16 { #expect(statistics.numPreemptions > 0) }
    }

    @Test("and thousands of random steps with aborts keep every invariant", arguments: 21...26 as ClosedRange<UInt64>)
    func randomTrace(seed: UInt64) throws {
        var generator = RequestGenerator(seed: seed, maxPrompt: 34, maxOutput: 30)
        var test = Case(numBlocks: 14 + generator.below(20), maxTokens: 8 + generator.below(20))
        test.windows = [[], [5], [7, 18], [12]][generator.below(4)]
        test.hasFull = test.windows.isEmpty || generator.chance(70)
        test.numSeqsOfWindows = 1 + generator.below(5)
        test.numCheckpoints = test.windows.isEmpty || generator.chance(50) ? generator.below(12) : nil
        test.longRotaryLength = generator.chance(40) ? 10 + generator.below(30) : nil
        test.policy = seed % 2 == 0 ? .fcfs : .priority
        let harness = EngineHarness(test.configuration)
        var requests: [EngineRequest] = []
        var aborted: Set<RequestID> = []
        for _ in 0..<1500 {
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
