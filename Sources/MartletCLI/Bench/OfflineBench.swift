import Martlet
import MartletEngine
import MartletModelIR

/// Runs batches of random tokens through a model in this process.
struct OfflineBench {
    /// A finished batch, by the engine's own clock.
    struct Result {
        /// From the first arrival to the last first token.
        var prefillSeconds: Double
        /// From the last first token to the end.
        var decodeSeconds: Double
        /// From the first arrival to the end.
        var totalSeconds: Double
        /// Per request, from arrival to first token.
        var firstTokenSeconds: [Double]
        /// The part in which all requests decode; nil when there is none.
        var fullBatch: FullBatch?
    }

    let llm: LLM
    /// Where the steps' time goes, if the bench was loaded with one.
    private(set) var profile: StepProfile?
    private var random: SplitMix

    init(llm: LLM, seed: UInt64) {
        self.llm = llm
        random = SplitMix(state: seed)
    }

    /// Loads a model for batches of `numSeqs` requests of `length` tokens; no tokenizer is needed.
    static func load(
        model: ModelOptions, engine: EngineOptions, numSeqs: Int, length: Int, profile: StepProfile? = nil,
        console: Console
    ) async throws -> OfflineBench {
        var configuration = LLMConfiguration()
        configuration.maxNumSeqs = numSeqs
        configuration.maxModelLen = length
        // Random prompts share nothing, and a hit would not measure computing.
        configuration.enablePrefixCaching = false
        configuration.loadsTokenizer = false
        model.apply(to: &configuration)
        engine.apply(to: &configuration)
        configuration.maxNumQueuedRequests = nil
        configuration.maxNumBatchedTokens = max(configuration.maxNumBatchedTokens, configuration.maxNumSeqs)
        configuration.profile = profile
        model.announce(on: console)
        var bench = OfflineBench(
            llm: try await ModelLoading.load(configuration, console: console), seed: configuration.seed)
        bench.profile = profile
        return bench
    }

    /// Runs `count` requests at once and waits for all.
    mutating func run(count: Int, inputLen: Int, outputLen: Int) async throws -> Result {
        let requests = (0..<count).map { _ in request(inputLen: inputLen, outputLen: outputLen) }
        let llm = llm
        let timings = try await withThrowingTaskGroup(of: Timing.self) { group in
            for request in requests { group.addTask { try await Self.time(request, on: llm) } }
            var all: [Timing] = []
            for try await one in group { all.append(one) }
            return all
        }
        return try Self.summary(timings)
    }

    /// The engine's times of one request, and when each of its tokens was read.
    private struct Timing {
        var statistics: RequestStatistics
        var arrivals: [ContinuousClock.Instant]
    }

    private static func time(_ request: GenerationRequest, on llm: LLM) async throws -> Timing {
        var arrivals: [ContinuousClock.Instant] = []
        var last: RequestStatistics?
        for try await event in try await llm.generate(request) {
            arrivals += event.tokenIDs.map { _ in ContinuousClock.now }
            last = event.statistics ?? last
        }
        guard let last else { throw CLIError("a request ended without statistics") }
        return Timing(statistics: last, arrivals: arrivals)
    }

    private mutating func request(inputLen: Int, outputLen: Int) -> GenerationRequest {
        let vocabSize = llm.info.vocabSize
        let ids = (0..<inputLen).map { _ in Int32(random.next() % UInt64(vocabSize)) }
        var request = GenerationRequest(prompt: .tokenIDs(ids), sampling: .greedy(maxTokens: outputLen))
        request.sampling.ignoreEOS = true
        return request
    }

    private static func summary(_ timings: [Timing]) throws -> Result {
        let statistics = timings.map(\.statistics)
        let requests = timings.compactMap { one in
            one.statistics.firstToken.flatMap { first in
                one.statistics.finished.map {
                    FullBatch.Request(firstToken: first, finished: $0, arrivals: one.arrivals)
                }
            }
        }
        guard let start = statistics.map(\.arrival).min(), let end = statistics.compactMap(\.finished).max(),
            let lastFirst = statistics.compactMap(\.firstToken).max()
        else { throw CLIError("a request ended without a token") }
        return Result(
            prefillSeconds: (lastFirst - start).seconds, decodeSeconds: (end - lastFirst).seconds,
            totalSeconds: (end - start).seconds,
            firstTokenSeconds: statistics.compactMap { one in one.firstToken.map { ($0 - one.arrival).seconds } },
            fullBatch: FullBatch(requests))
    }
}

/// Random numbers that are the same on every machine. **Source** Vigna, SplitMix64.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
