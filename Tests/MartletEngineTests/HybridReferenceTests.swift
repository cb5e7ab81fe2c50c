import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("A small hybrid model on the reference backend gives the same through the engine and alone")
struct HybridReferenceTests {
    /// What a layer of the test's models is.
    enum Layer: String, Sendable {
        case full, window, conv, delta, mamba
    }

    private static let vocabSize = 32
    private static let hidden = 16
    private static let window = 6
    private static let longLength = 22
    private static let kernel = 3

    private static func attention(_ layer: Int, _ kind: Layer) -> AttentionSpec {
        AttentionSpec(
            layer: layer, numHeads: 4, numKVHeads: 2, headDim: 4, slidingWindow: kind == .window ? window : nil)
    }

    private static func specs(_ layers: [Layer]) -> [KVCacheSpec] {
        layers.enumerated().map { index, kind in
            switch kind {
            case .full: .full(attention(index, kind))
            case .window: .slidingWindow(attention(index, kind))
            case .conv: .recurrent(RecurrentSpec(layer: index, elements: (kernel - 1) * hidden))
            case .delta, .mamba: .recurrent(RecurrentSpec(layer: index, elements: 32))
            }
        }
    }

    private static func record(_ layers: [Layer]) -> Program {
        var recorder = Recorder()
        let root = WeightScope()
        var x = recorder.emit(.embed(root["embed"].weight(out: vocabSize, in: hidden), .tokenID), name: "embed")
        for (index, kind) in layers.enumerated() {
            let scope = root["layers"][index]
            let norm = recorder.emit(.norm(x, .rms(scope["norm"].weight(hidden), eps: 1e-6)), name: "norm \(index)")
            let mixed = mix(norm, kind, index, scope, &recorder)
            let width = kind == .full || kind == .window || kind == .conv ? 16 : 8
            let projected = recorder.emit(
                .linear(mixed, [scope["o"].weight(out: hidden, in: width)], bias: []), name: "o \(index)")
            x = recorder.emit(.add(x, projected), name: "residual \(index)")
        }
        let rows = recorder.emit(.gatherLogitRows(x), name: "rows")
        let logits = recorder.emit(
            .linear(rows, [root["lm_head"].weight(out: vocabSize, in: hidden)], bias: []), name: "logits")
        return recorder.finish(logits)
    }

    private static func mix(
        _ x: Value, _ kind: Layer, _ index: Int, _ scope: WeightScope, _ recorder: inout Recorder
    ) -> Value {
        func linear(_ name: String, _ width: Int, _ recorder: inout Recorder) -> Value {
            recorder.emit(
                .linear(x, [scope[name].weight(out: width, in: hidden)], bias: []), name: "\(name) \(index)")
        }
        let state = StateRef(layer: index, offset: 0, count: kind == .conv ? (kernel - 1) * hidden : 32)
        switch kind {
        case .full, .window:
            let spec = attention(index, kind)
            let rope = RotaryEmbedding(
                rotaryDim: 4, inverseFrequencies: [1, 0.01],
                long: .init(length: longLength, inverseFrequencies: [0.5, 0.003], attentionFactor: 1.2))
            let qkv = linear("qkv", spec.qkvWidth, &recorder)
            let rotated = recorder.emit(.rotary(qkv, rope, spec), name: "rotary \(index)")
            return recorder.emit(.attention(rotated, spec), name: "attention \(index)")
        case .conv:
            let conv = ShortConv(weight: scope["conv"].weight(out: hidden, in: kernel), state: state)
            return recorder.emit(.shortConv(linear("in", hidden, &recorder), conv), name: "conv \(index)")
        case .delta:
            let net = GatedDeltaNet(
                numKeyHeads: 1, numValueHeads: 2, keyDim: 4, valueDim: 4, aLog: scope["a"].weight(2),
                dtBias: scope["dt"].weight(2), state: state)
            let gates = linear("gates", 4, &recorder)
            return recorder.emit(
                .gatedDeltaNet(linear("qkv", 16, &recorder), gates: gates, net), name: "delta \(index)")
        case .mamba:
            let mamba = Mamba2(
                numHeads: 2, headDim: 4, numGroups: 1, stateDim: 4, aLog: scope["a"].weight(2),
                d: scope["d"].weight(2), dtBias: scope["dt"].weight(2), minTimeStep: 0, maxTimeStep: 10, state: state)
            let timeStep = linear("time", 2, &recorder)
            return recorder.emit(
                .mamba2(linear("xbc", 16, &recorder), timeStep: timeStep, mamba), name: "mamba \(index)")
        }
    }

    /// The configuration with the groups of a model, windows for two requests and six checkpoints.
    private static func hybrid(_ layers: [Layer], _ configuration: EngineConfiguration) -> EngineConfiguration {
        var configuration = configuration
        configuration.hasFullLayers = layers.contains(.full)
        if layers.contains(.window) {
            let atOnce = EngineConfiguration.maxBlocksAtOnce(
                window: window, step: configuration.maxNumBatchedTokens, blockSize: configuration.blockSize)
            configuration.windows = [
                .init(window: window, numBlocks: 2 * min(atOnce, configuration.maxBlocksPerRequest))
            ]
        }
        if layers.contains(where: { $0 != .full && $0 != .window }) { configuration.numStateCheckpoints = 6 }
        return configuration
    }

    /// Runs everything and gives ids with their log-probabilities.
    private static func run(
        _ layers: [Layer], _ requests: [EngineRequest], _ configuration: EngineConfiguration
    ) throws -> (results: [RequestID: [TokenLogprobs]], statistics: EngineStatistics) {
        let backend = ReferenceBackend()
        let program = record(layers)
        var configuration = hybrid(layers, configuration)
        configuration.longRotaryLength = program.longRotaryLength
        try configuration.validate()
        let options = CompileOptions(
            maxNumBatchedTokens: configuration.maxNumBatchedTokens, maxNumSeqs: configuration.maxNumSeqs,
            maxLogitRows: configuration.maxLogitRows, maxModelLen: configuration.maxModelLen)
        let runner = BackendModelRunner(
            executable: try backend.compile(program, weights: NamedWeights(program), options: options),
            kvCache: try backend.makeKVCache(configuration.cacheLayout(specs(layers)), dtype: .float32),
            sampler: PlainSampler(), configuration: configuration)
        var loop = StepLoop(configuration: configuration, runner: runner)
        var results: [RequestID: [TokenLogprobs]] = [:]
        try loop.add(requests)
        while loop.hasWork {
            for output in loop.step() { results[output.id, default: []] += output.logprobs }
            let violations = loop.scheduler.violations()
            #expect(violations.isEmpty)
        }
        return (results, loop.scheduler.statistics)
    }

    static let models: [[Layer]] = [
        [.window, .full], [.window, .window], [.conv, .full], [.delta, .delta, .full], [.mamba, .window, .full],
        [.mamba, .mamba],
    ]

    @Test(
        "bit for bit, under chunking, prefix hits, preemption and the change of rotations", arguments: models,
        [7, 12, 64])
    func equalsAlone(layers: [Layer], maxTokens: Int) throws {
        let busy = EngineHarness.configuration(
            maxModelLen: 40, numBlocks: 18, blockSize: 4, maxNumSeqs: 6, maxTokens: maxTokens)
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
        let (results, statistics) = try Self.run(layers, requests, busy)
        #expect(statistics.numPreemptions > 0)
        #expect(statistics.prefixCacheHits > 0)
        for request in requests {
            let expected = try Self.run(layers, [request], alone).results[request.id]
            #expect(results[request.id] == expected)
        }
        #expect(
            Set(results.values.flatMap { $0.map(\.chosen.tokenID) }).count > 5, "the model says more than one thing")
    }
}
