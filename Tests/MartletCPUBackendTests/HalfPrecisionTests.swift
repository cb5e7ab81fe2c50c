import CMartletKernels
import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Matrices stored wide that are multiplied as bfloat16, and many rows that are cut into parts.
struct HalfPrecisionTests {
    /// Weights whose matrices are rounded to bfloat16.
    private final class Rounded: WeightSource {
        let names: [String]
        private let views: [String: WeightView]

        init(_ weights: RandomWeights, _ refs: [WeightRef]) throws {
            names = weights.names
            views = try refs.reduce(into: [:]) { views, ref in
                let isMatrix = ref.shape.count == 2
                let values = try #require(weights.weight(ref.name)).dequantized().map { isMatrix ? Self.round($0) : $0 }
                let stored = isMatrix ? WeightFormat.bf16 : .f32
                let block = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: values.count * stored.blockBytes, alignment: 64)
                for (index, value) in values.enumerated() {
                    if stored == .bf16 {
                        block.storeBytes(of: UInt16(value.bitPattern >> 16), toByteOffset: 2 * index, as: UInt16.self)
                    } else {
                        block.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
                    }
                }
                views[ref.name] = WeightView(bytes: UnsafeRawBufferPointer(block), format: stored, shape: ref.shape)
            }
        }

        deinit { for view in views.values { view.bytes.deallocate() } }

        private static func round(_ x: Float) -> Float {
            Float(bitPattern: (x.bitPattern + 0x7fff + (x.bitPattern >> 16 & 1)) & 0xffff_0000)
        }

        func weight(_ name: String) -> WeightView? { views[name] }

        func discardPages(of view: WeightView) {}
    }

    private func program(_ width: Int) -> Program {
        var maker = ProgramMaker()
        let x = maker.emit(.features(width: width, rowsPerToken: 2))
        let wide = maker.emit(.activation(maker.linear(x, [96], from: width, bias: true), .gelu))
        let gated = maker.emit(.gatedActivation(maker.linear(x, [96, 96], from: width), .silu))
        let sum = maker.emit(.add(wide, maker.linear(gated, [96], from: 96)))
        return maker.finish(maker.emit(.unfold(sum, Unfold(kernelSize: 2, stride: 2, padding: 0))))
    }

    private func rows(
        _ backend: some Backend, _ program: Program, _ weights: any WeightSource, tokens: Int, half: Bool,
        float32: Bool = false
    ) throws -> [Float] {
        var options = CompileOptions(
            maxNumBatchedTokens: tokens, maxNumSeqs: 1, maxLogitRows: tokens, maxModelLen: 2048,
            float32Arithmetic: float32)
        options.halfPrecision = half
        let executable = try backend.compile(program, weights: weights, options: options)
        let batch = InputBatch(maxTokens: tokens, maxRequests: 1, maxBlocksPerRequest: 1, maxLogitRows: tokens)
        for token in 0..<tokens {
            batch.positions[token] = Int32(token)
            batch.logitRows[token] = Int32(token)
        }
        (batch.numTokens, batch.numRequests, batch.numLogitRows) = (tokens, 1, tokens)
        (batch.queryStartLoc[1], batch.seqLens[0]) = (Int32(tokens), Int32(tokens))
        var random = SplitMix(seed: 9)
        let width = program.features?.width ?? 0
        // The same numbers come first however many rows there are.
        let features = (0..<tokens * 2 * width).map { _ in random.float() }
        let cache = try backend.makeKVCache(KVCacheLayout([], numBlocks: 1, blockSize: 16), dtype: .float32)
        try features.withUnsafeBufferPointer { features in
            batch.features = features.baseAddress
            try executable.submit(batch, kvCache: cache)
        }
        let found = try executable.collect()
        return (0..<tokens).flatMap { Array(found[$0]) }
    }

    @Test("Wide weights are those of a file in bfloat16, where that is multiplied faster", arguments: OpTwin.kernels)
    func rounding(kernels: String?) throws {
        let program = program(50)
        let wide = RandomWeights(program.weights)
        let backend = try CPUBackend(configuration: .init(numThreads: 2, kernels: kernels))
        let found = try rows(backend, program, wide, tokens: 9, half: true)
        var plan = ck_plan()
        #expect(backend.kernels.linear.plan(CK_BF16, 96, 50, 0, false, &plan))
        if plan.activation == CK_ACT_BF16 {
            let narrow = try Rounded(wide, program.weights)
            #expect(try found == rows(backend, program, narrow, tokens: 9, half: false))
            // In float32 arithmetic nothing is rounded.
            let exact = try rows(backend, program, wide, tokens: 9, half: true, float32: true)
            #expect(try exact == rows(backend, program, wide, tokens: 9, half: false, float32: true))
            #expect(found != exact)
        } else {
            #expect(try found == rows(backend, program, wide, tokens: 9, half: false))
        }
    }

    @Test("Rows in parts are rows by themselves", arguments: OpTwin.kernels, [WeightFormat.f32, .bf16, .q8_0])
    func parts(kernels: String?, format: WeightFormat) throws {
        // 1280 columns: several parts from some hundred rows on.
        let program = program(1280)
        let weights = RandomWeights(program.weights, format: format)
        for threads in [1, 2] {
            let backend = try CPUBackend(configuration: .init(numThreads: threads, kernels: kernels))
            let few = try rows(backend, program, weights, tokens: 40, half: false)
            for tokens in [230, 290] {
                let many = try rows(backend, program, weights, tokens: tokens, half: false)
                #expect(Array(many.prefix(few.count)) == few, "\(tokens) tokens")
                let last = try rows(ReferenceBackend(), program, weights, tokens: tokens, half: false)
                #expect(largestDifference(many, last) <= (format == .f32 ? 1e-3 : 0.1), "\(tokens) tokens")
            }
        }
    }
}
