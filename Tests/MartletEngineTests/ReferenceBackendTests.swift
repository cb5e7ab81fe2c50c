import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("A small transformer on the reference backend gives the same through the engine and alone")
struct ReferenceBackendTests {
    private static let vocabSize = 32
    private static let hidden = 16

    private static func attention(_ layer: Int) -> AttentionSpec {
        AttentionSpec(layer: layer, numHeads: 4, numKVHeads: 2, headDim: 4)
    }

    private static func record() -> Program {
        var recorder = Recorder()
        let root = WeightScope()
        let rope = RotaryEmbedding(rotaryDim: 4, inverseFrequencies: [1, 0.01])
        var x = recorder.emit(.embed(root["embed"].weight(out: vocabSize, in: hidden), .tokenID), name: "embed")
        for layer in 0..<2 {
            let scope = root["layers"][layer]
            let spec = attention(layer)
            let norm = recorder.emit(.norm(x, .rms(scope["norm"].weight(hidden), eps: 1e-6)), name: "norm \(layer)")
            let qkv = recorder.emit(
                .linear(norm, [scope["qkv"].weight(out: spec.qkvWidth, in: hidden)], bias: []), name: "qkv \(layer)")
            let rotated = recorder.emit(.rotary(qkv, rope, spec), name: "rotary \(layer)")
            let attended = recorder.emit(.attention(rotated, spec), name: "attention \(layer)")
            let projected = recorder.emit(
                .linear(attended, [scope["o"].weight(out: hidden, in: 16)], bias: []), name: "o \(layer)")
            x = recorder.emit(.add(x, projected), name: "residual \(layer)")
        }
        let rows = recorder.emit(.gatherLogitRows(x), name: "rows")
        let logits = recorder.emit(
            .linear(rows, [root["lm_head"].weight(out: vocabSize, in: hidden)], bias: []), name: "logits")
        return recorder.finish(logits)
    }

    private static func makeRunner(_ configuration: EngineConfiguration) throws -> BackendModelRunner {
        let backend = ReferenceBackend()
        let program = record()
        let options = CompileOptions(
            maxNumBatchedTokens: configuration.maxNumBatchedTokens, maxNumSeqs: configuration.maxNumSeqs,
            maxLogitRows: configuration.maxLogitRows, maxModelLen: configuration.maxModelLen)
        return BackendModelRunner(
            executable: try backend.compile(program, weights: NamedWeights(program), options: options),
            kvCache: try backend.makeKVCache(
                configuration.cacheLayout((0..<2).map { .full(attention($0)) }), dtype: .float32),
            sampler: PlainSampler(), configuration: configuration)
    }

    /// Runs everything and gives ids with their log-probabilities.
    private static func run(
        _ requests: [EngineRequest], _ configuration: EngineConfiguration
    ) throws -> (results: [RequestID: [TokenLogprobs]], statistics: EngineStatistics) {
        var loop = StepLoop(configuration: configuration, runner: try makeRunner(configuration))
        var results: [RequestID: [TokenLogprobs]] = [:]
        try loop.add(requests)
        while loop.hasWork {
            for output in loop.step() { results[output.id, default: []] += output.logprobs }
            let violations = loop.scheduler.violations()
            #expect(violations.isEmpty)
        }
        return (results, loop.scheduler.statistics)
    }

    @Test("bit for bit, under chunking, prefix hits and preemption", arguments: [7, 12, 64])
    func equalsAlone(maxTokens: Int) throws {
        let busy = EngineHarness.configuration(
            maxModelLen: 40, numBlocks: 24, blockSize: 4, maxNumSeqs: 6, maxTokens: maxTokens)
        let alone = EngineHarness.configuration(
            maxModelLen: 40, numBlocks: 10, blockSize: 4, maxNumSeqs: 1, maxTokens: 64, prefixCaching: false)
        let requests = (0..<16 as Range<RequestID>).map { id in
            var params = SamplingParams()
            params.temperature = id % 2 == 0 ? 0 : 1
            params.maxTokens = 12
            params.numLogprobs = 2
            let prompt = (0..<Int32(8 + id)).map { $0 < 10 ? $0 * 3 % 7 : ($0 + Int32(id)) % 32 }
            return EngineRequest(id: id, promptTokenIDs: prompt, params: params)
        }
        let (results, statistics) = try Self.run(requests, busy)
        #expect(statistics.numPreemptions > 0)
        #expect(statistics.prefixCacheHits > 0)
        for request in requests {
            let expected = try Self.run([request], alone).results[request.id]
            #expect(results[request.id] == expected)
        }
        #expect(
            Set(results.values.flatMap { $0.map(\.chosen.tokenID) }).count > 5, "the model says more than one thing")
    }
}
