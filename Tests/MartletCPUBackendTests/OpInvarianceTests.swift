import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// What is said of a request's bits in `BatchInvarianceTests` holds for the other forms of attention and for all ops.
struct OpInvarianceTests {
    /// A program with the caches it needs.
    struct Model: CustomTestStringConvertible {
        let testDescription: String
        let program: Program
        let specs: [KVCacheSpec]
        var isWhole = false
    }

    private static let rotary = RotaryEmbedding(rotaryDim: 8, inverseFrequencies: (0..<4).map { 1 / Float(1 + $0) })

    private static func attention(_ name: String, _ spec: AttentionSpec) -> Model {
        var maker = ProgramMaker()
        let x = maker.emit(.scale(maker.embed(40), 2))
        let norm = Norm.layer(
            WeightRef(name: "n.weight", shape: [40]), bias: WeightRef(name: "n.b", shape: [40]), eps: 1e-5)
        let widths = [spec.numHeads, spec.numKVHeads, spec.numKVHeads].map { $0 * spec.headDim }
        let qkv = maker.linear(maker.emit(.norm(x, norm)), widths, from: 40, bias: true)
        let turned = maker.emit(.rotary(qkv, rotary, spec))
        let attended = maker.linear(maker.emit(.attention(turned, spec)), [40], from: widths[0])
        let sum = maker.emit(.add(x, attended))
        let inner = maker.emit(.activation(maker.linear(sum, [75], from: 40), .gelu))
        let output = maker.emit(.softcap(maker.linear(inner, [31], from: 75), 2))
        return Model(
            testDescription: name, program: maker.finish(output),
            specs: spec.isCausal ? [spec.slidingWindow == nil ? .full(spec) : .slidingWindow(spec)] : [],
            isWhole: !spec.isCausal)
    }

    private static var latent: Model {
        let spec = LatentAttentionSpec(
            layer: 0, numHeads: 6, nopeDim: 10, ropeDim: 8, valueDim: 12, latentDim: 20, scale: 0.3, rotary: rotary,
            keyUp: WeightRef(name: "k.weight", shape: [60, 20]), valueUp: WeightRef(name: "v.weight", shape: [72, 20]))
        var maker = ProgramMaker()
        let x = maker.emit(.scale(maker.embed(40), 2))
        let query = maker.linear(x, [108], from: 40)
        let row = maker.linear(x, [20], from: 40)
        let ropeKey = maker.linear(x, [8], from: 40)
        let attended = maker.emit(.latentAttention(query: query, latent: row, ropeKey: ropeKey, spec))
        return Model(
            testDescription: "latent", program: maker.finish(maker.linear(attended, [31], from: 72)),
            specs: [.latent(spec)])
    }

    static let models = [
        attention(
            "caps, sinks and window",
            AttentionSpec(
                layer: 0, numHeads: 6, numKVHeads: 2, headDim: 12, slidingWindow: 90, softcap: 2,
                sinks: WeightRef(name: "sinks", shape: [6]))),
        attention("bidirectional", AttentionSpec(layer: 0, numHeads: 3, numKVHeads: 3, headDim: 20, isCausal: false)),
        latent,
    ]

    private static let vocab = 61
    private static let prompts = (0..<5).map {
        randomTokens([1, 17, 64, 130, 700][$0], below: vocab, seed: UInt64($0))
    }

    private func runner(_ model: Model, _ dtype: KVCacheDType, threads: Int, _ weights: RandomWeights) throws
        -> StepRunner
    {
        try StepRunner(
            backend: CPUBackend(configuration: .init(numThreads: threads)), program: model.program,
            kvCacheSpecs: model.specs, weights: weights, dtype: dtype, maxTokens: 1024, numBlocks: 256, float32: false)
    }

    @Test("Splits, company and threads change nothing", arguments: models, KVCacheDType.allCases)
    func company(_ model: Model, dtype: KVCacheDType) throws {
        for format in [WeightFormat.f32, .bf16] {
            let weights = RandomWeights(model.program.weights, format: format)
            let alone = try Self.prompts.map { prompt in
                let runner = try runner(model, dtype, threads: 1, weights)
                let request = runner.add(prompt)
                return try runner.step([.init(request: request, numTokens: prompt.count, numLogits: prompt.count)])[0]
            }
            for threads in [1, 2, 3] {
                let runner = try runner(model, dtype, threads: threads, weights)
                let requests = Self.prompts.map { runner.add($0) }
                var done = [Int](repeating: 0, count: requests.count)
                var random = SplitMix(seed: UInt64(threads))
                while zip(done, Self.prompts).contains(where: { $0 < $1.count }) {
                    var shares: [StepRunner.Share] = []
                    for request in requests.shuffled(using: &random) where done[request] < Self.prompts[request].count {
                        let left = Self.prompts[request].count - done[request]
                        let count =
                            model.isWhole ? left : min(left, [1, 1, 7, 33, 200].randomElement(using: &random) ?? 1)
                        if Bool.random(using: &random) {
                            shares.append(.init(request: request, numTokens: count, numLogits: count))
                        }
                    }
                    if shares.isEmpty { continue }
                    for (share, rows) in zip(shares, try runner.step(shares)) {
                        let expected = alone[share.request][done[share.request]..<done[share.request] + share.numTokens]
                        #expect(rows == Array(expected), "request \(share.request), \(threads) threads, \(format)")
                        done[share.request] += share.numTokens
                    }
                }
            }
        }
    }
}
