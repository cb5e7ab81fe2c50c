import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("A small encoder-decoder model on the reference backend gives the same through the engine and alone")
struct EncoderStageTests {
    /// All that came of a request.
    struct Result: Equatable {
        var logprobs: [TokenLogprobs] = []
        var promptLogprobs: [[TokenLogprobs?]] = []
        var probes: [Float] = []
        var crossWeights: [CrossWeights] = []
    }

    private static func configuration(
        numBlocks: Int, maxNumSeqs: Int, maxTokens: Int, numCrossSlots: Int, maxNumEncoderInputs: Int
    ) -> EngineConfiguration {
        var configuration = EngineHarness.configuration(
            maxModelLen: 40, numBlocks: numBlocks, blockSize: 4, maxNumSeqs: maxNumSeqs, maxTokens: maxTokens)
        configuration.numCrossSlots = numCrossSlots
        configuration.maxNumEncoderInputs = maxNumEncoderInputs
        return configuration
    }

    private static func run(
        _ requests: [EngineRequest], _ configuration: EngineConfiguration
    ) throws -> (results: [RequestID: Result], statistics: EngineStatistics) {
        try configuration.validate()
        var loop = StepLoop(configuration: configuration, runner: try CrossModel.runner(configuration))
        var results: [RequestID: Result] = [:]
        try loop.add(requests)
        while loop.hasWork {
            for output in loop.step() {
                #expect(output.errorMessage == nil)
                results[output.id, default: Result()].logprobs += output.logprobs
                if let prompt = output.promptLogprobs { results[output.id]?.promptLogprobs.append(prompt) }
                if let probe = output.probeLogprob { results[output.id]?.probes.append(probe) }
                if let weights = output.crossWeights { results[output.id]?.crossWeights.append(weights) }
            }
            let violations = loop.scheduler.violations()
            #expect(violations.isEmpty)
        }
        return (results, loop.scheduler.statistics)
    }

    private static func requests() -> [EngineRequest] {
        let inputs = (0..<5).map { CrossModel.input($0 + 1) }
        return (0..<18 as Range<RequestID>).map { id in
            var params = SamplingParams()
            params.temperature = id % 2 == 0 ? 0 : 1
            params.maxTokens = 12
            params.numLogprobs = 2
            if id % 4 == 1 { params.numPromptLogprobs = 1 }
            let prompt = (0..<Int32(8 + id % 7 * 2)).map { ($0 * 3 + Int32(id / 5)) % 32 }
            var request = EngineRequest(id: id, promptTokenIDs: prompt, params: params)
            request.encoderInput = inputs[Int(id) * 3 % 5]
            request.wantsCrossWeights = id % 3 == 0
            if id % 4 < 2 { request.probe = TokenProbe(position: Int(id) % prompt.count, tokenID: Int32(id)) }
            if id % 8 == 1 { request.promptLogprobLimit = 20 }
            return request
        }
    }

    @Test(
        "bit for bit, under chunking, preemption, few slots and several inputs a step", arguments: [7, 12, 64],
        [1, 3, 9])
    func equalsAlone(maxTokens: Int, numCrossSlots: Int) throws {
        let busy = Self.configuration(
            numBlocks: 16, maxNumSeqs: 6, maxTokens: maxTokens, numCrossSlots: numCrossSlots, maxNumEncoderInputs: 3)
        let alone = Self.configuration(
            numBlocks: 10, maxNumSeqs: 1, maxTokens: 64, numCrossSlots: 1, maxNumEncoderInputs: 1)
        let requests = Self.requests()
        let (results, statistics) = try Self.run(requests, busy)
        #expect(numCrossSlots == 1 || statistics.numPreemptions > 0)
        #expect(numCrossSlots == 1 || statistics.encoderInputsReused > 0)
        #expect(numCrossSlots < 5 || statistics.encoderInputsEncoded == 5)
        for request in requests {
            let expected = try Self.run([request], alone).results[request.id]
            #expect(results[request.id] == expected)
            #expect(expected?.probes.count == (request.probe == nil ? 0 : 1))
            #expect(expected?.crossWeights.count == (request.wantsCrossWeights ? 1 : 0))
        }
        #expect(Set(results.values.flatMap { $0.logprobs.map(\.chosen.tokenID) }).count > 5)
    }

    @Test("Other inputs give other outputs, and the weights are those of the prompt's tokens")
    func inputsMatter() throws {
        let configuration = Self.configuration(
            numBlocks: 40, maxNumSeqs: 4, maxTokens: 16, numCrossSlots: 4, maxNumEncoderInputs: 2)
        var params = SamplingParams()
        params.maxTokens = 4
        params.numLogprobs = 1
        let requests = (0..<4).map { id in
            var request = EngineRequest(
                id: RequestID(id), promptTokenIDs: (0..<20).map { $0 }, params: params)
            request.encoderInput = CrossModel.input(id)
            request.wantsCrossWeights = true
            return request
        }
        let results = try Self.run(requests, configuration).results
        #expect(Set((0..<4).compactMap { results[$0]?.logprobs.first?.chosen.logprob }).count == 4)
        for id in 0..<4 as Range<RequestID> {
            let weights = try #require(results[id]?.crossWeights.first)
            #expect([weights.numHeads, weights.numTokens, weights.numPositions] == [3, 20, 5])
            for row in 0..<60 {
                let sum = weights.elements[row * 5..<row * 5 + 5].reduce(0, +)
                #expect(abs(sum - 1) < 1e-5)
            }
        }
    }

    @Test("A backend that fails while encoding fails the step, and the next one encodes again")
    func failure() throws {
        /// An encoder that fails once.
        final class FailingOnce: Executable {
            let executable: any Executable
            var hasFailed = false
            var outputWidth: Int { executable.outputWidth }

            init(_ executable: any Executable) { self.executable = executable }

            func submit(_ batch: InputBatch, kvCache: any KVCacheStorage) throws(BackendError) {
                defer { hasFailed = true }
                if !hasFailed { throw BackendError(backend: "test", message: "no encoder today") }
                try executable.submit(batch, kvCache: kvCache)
            }

            func collect() throws(BackendError) -> LogitsView { try executable.collect() }
        }
        let configuration = Self.configuration(
            numBlocks: 40, maxNumSeqs: 4, maxTokens: 16, numCrossSlots: 2, maxNumEncoderInputs: 2)
        let runner = try CrossModel.runner(configuration) { FailingOnce($0) }
        var loop = StepLoop(configuration: configuration, runner: runner)
        var request = Self.requests()[0]
        try loop.add([request])
        #expect(loop.step().first?.errorMessage == "test backend: no encoder today")
        request.id = 100
        try loop.add([request])
        var ids: [Int32] = []
        while loop.hasWork { ids += loop.step().flatMap(\.newTokenIDs) }
        let alone = try Self.run([request], configuration).results[100]
        #expect(ids == alone?.logprobs.map(\.chosen.tokenID))
    }
}
