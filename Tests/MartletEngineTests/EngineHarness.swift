import MartletModelIR
import Testing

@testable import MartletEngine

/// An engine without thread over the hash model: steps by hand, collects what comes out, checks integrity after each step.
final class EngineHarness {
    static let vocabSize = 48
    let configuration: EngineConfiguration
    let executable: HashExecutable
    var loop: StepLoop
    private(set) var results: [RequestID: NaiveGenerator.Result] = [:]
    private(set) var errorMessages: [RequestID: String] = [:]
    private(set) var numCachedTokens: [RequestID: Int] = [:]
    private(set) var finishStatistics: [RequestID: RequestStatistics] = [:]

    init(_ configuration: EngineConfiguration) {
        self.configuration = configuration
        executable = HashExecutable(vocabSize: Self.vocabSize, maxLogitRows: configuration.maxLogitRows)
        let runner = BackendModelRunner(
            executable: executable,
            kvCache: HashCache(configuration),
            sampler: PlainSampler(), configuration: configuration)
        loop = StepLoop(configuration: configuration, runner: runner)
    }

    static func configuration(
        maxModelLen: Int = 64, numBlocks: Int = 64, blockSize: Int = 4, maxNumSeqs: Int = 8, maxTokens: Int = 32,
        prefixCaching: Bool = true
    ) -> EngineConfiguration {
        var configuration = EngineConfiguration(maxModelLen: maxModelLen, numBlocks: numBlocks)
        configuration.blockSize = blockSize
        configuration.maxNumSeqs = maxNumSeqs
        configuration.maxNumBatchedTokens = maxTokens
        configuration.enablePrefixCaching = prefixCaching
        return configuration
    }

    var naive: NaiveGenerator {
        NaiveGenerator(
            vocabSize: Self.vocabSize, maxModelLen: configuration.maxModelLen, engineSeed: configuration.seed,
            model: HashModel(
                windows: (configuration.hasFullLayers ? [nil] : []) + configuration.windows.map(\.window),
                hasState: configuration.numStateCheckpoints != nil,
                longRotaryLength: configuration.longRotaryLength))
    }

    @discardableResult
    func step() -> [RequestOutput] {
        let ranBefore = Set(loop.scheduler.running.map(\.id))
        let outputs = loop.step()
        let computed = Set(loop.scheduler.output.requests.map(\.id))
        let starved = loop.scheduler.running.filter { ranBefore.contains($0.id) && !computed.contains($0.id) }
        #expect(starved.isEmpty, "a running request missed a step")
        for output in outputs { collect(output) }
        let violations = loop.scheduler.violations()
        #expect(violations.isEmpty)
        #expect(loop.scheduler.output.tokenIDs.count <= configuration.maxNumBatchedTokens)
        #expect(loop.scheduler.output.logitRows.count <= configuration.maxLogitRows)
        return outputs
    }

    /// Steps until everything is finished; a number of steps no correct engine needs counts as a livelock.
    func run(maxSteps: Int = 20_000) {
        var numSteps = 0
        while loop.hasWork, numSteps < maxSteps {
            step()
            numSteps += 1
        }
        #expect(!loop.hasWork, "livelock")
        #expect(loop.scheduler.cache.usage == 0)
    }

    private func collect(_ output: RequestOutput) {
        var result = results[output.id] ?? NaiveGenerator.Result()
        #expect(result.finishReason == nil, "request \(output.id) got an output after its last one")
        result.tokenIDs += output.newTokenIDs
        result.logprobs += output.logprobs
        if let promptLogprobs = output.promptLogprobs {
            #expect(result.promptLogprobs == nil)
            result.promptLogprobs = promptLogprobs
        }
        result.finishReason = output.finishReason
        result.stopTokenID = output.stopTokenID
        results[output.id] = result
        errorMessages[output.id] = output.errorMessage
        numCachedTokens[output.id] = output.numCachedTokens
        finishStatistics[output.id] = output.statistics
    }
}

/// Seeded requests with all the trimmings.
struct RequestGenerator {
    private var state: UInt64
    private let maxPrompt: Int
    private let maxOutput: Int

    init(seed: UInt64, maxPrompt: Int = 30, maxOutput: Int = 20) {
        state = seed
        self.maxPrompt = maxPrompt
        self.maxOutput = maxOutput
    }

    mutating func below(_ bound: Int) -> Int {
        state &+= 1
        return Int(CounterRandom.bits(seed: 42, index: Int(truncatingIfNeeded: state &* 0x5851_F42D)) % UInt64(bound))
    }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// A third of the prompts begin alike, so that prefixes are shared.
    mutating func request(_ id: RequestID) -> EngineRequest {
        var prompt: [Int32] = chance(60) ? (0..<Int32(below(maxPrompt) + 1)).map { $0 % 7 + Int32(below(2) / 2) } : []
        while prompt.isEmpty || prompt.count < maxPrompt && chance(70) {
            prompt.append(Int32(below(EngineHarness.vocabSize)))
        }
        var params = SamplingParams()
        params.maxTokens = below(maxOutput) + 1
        params.temperature = chance(30) ? 0 : Float(below(20) + 1) / 10
        params.topK = chance(30) ? below(20) : 0
        if chance(50) { params.seed = UInt64(below(1000)) }
        if chance(30) { params.repetitionPenalty = 1 + Float(below(8)) / 4 }
        if chance(30) { params.presencePenalty = Float(below(5)) / 2 - 1 }
        if chance(30) { params.frequencyPenalty = Float(below(5)) / 2 - 1 }
        if chance(20) {
            params.logitBias = [Int32(below(40) + 4): Float(below(9)) - 4, 3: -.infinity]
        }
        if chance(30) { params.stopTokenIDs = [Int32(below(EngineHarness.vocabSize)), 9] }
        if chance(50) { params.eosTokenIDs = [5, 6] }
        params.ignoreEOS = chance(20)
        if chance(30) { params.minTokens = below(params.maxTokens + 1) }
        if chance(30) { params.numLogprobs = below(4) }
        if chance(20) { params.numPromptLogprobs = below(3) }
        let salt = chance(10) ? "tenant \(below(2))" : nil
        return EngineRequest(id: id, promptTokenIDs: prompt, params: params, priority: below(3), cacheSalt: salt)
    }
}
