import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Features and rows side by side, as an encoder reads them, against the reference backend.
struct ConvolutionTests {
    /// Runs requests of so many tokens whole and gives all rows.
    private func rows(
        _ backend: some Backend, _ program: Program, _ weights: RandomWeights, requests: [Int], float32: Bool
    ) throws -> [[Float]] {
        let total = requests.reduce(0, +)
        let executable = try backend.compile(
            program, weights: weights,
            options: CompileOptions(
                maxNumBatchedTokens: 120, maxNumSeqs: 8, maxLogitRows: 120, maxModelLen: 200,
                float32Arithmetic: float32))
        let batch = InputBatch(maxTokens: 120, maxRequests: 8, maxBlocksPerRequest: 1, maxLogitRows: 120)
        var token = 0
        for (request, count) in requests.enumerated() {
            batch.queryStartLoc[request] = Int32(token)
            batch.seqLens[request] = Int32(count)
            for position in 0..<count {
                batch.positions[token] = Int32(position)
                batch.logitRows[token] = Int32(token)
                token += 1
            }
        }
        batch.queryStartLoc[requests.count] = Int32(token)
        (batch.numTokens, batch.numRequests, batch.numLogitRows) = (total, requests.count, total)
        let input = program.features.map { $0.width * $0.rowsPerToken } ?? 0
        // A request's features do not depend on its place.
        let features = requests.flatMap { count in
            var random = SplitMix(seed: UInt64(count))
            return (0..<count * input).map { _ in random.float() * 2 }
        }
        let cache = try backend.makeKVCache(KVCacheLayout([], numBlocks: 1, blockSize: 16), dtype: .float32)
        try features.withUnsafeBufferPointer { features in
            batch.features = features.baseAddress
            try executable.submit(batch, kvCache: cache)
        }
        let found = try executable.collect()
        var row = 0
        return requests.map { count in
            defer { row += count }
            return (row..<row + count).flatMap { Array(found[$0]) }
        }
    }

    private func compare(
        _ program: Program, format: WeightFormat = .f32, tolerance: Float = 1e-4,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let weights = RandomWeights(program.weights, format: format)
        let float32 = format == .f32
        for requests in [[1], [5], [2, 19, 1], [70, 40]] {
            let expected = try rows(ReferenceBackend(), program, weights, requests: requests, float32: float32)
            for kernels in OpTwin.kernels {
                for threads in [1, 2] {
                    let backend = try CPUBackend(configuration: .init(numThreads: threads, kernels: kernels))
                    let found = try rows(backend, program, weights, requests: requests, float32: float32)
                    let difference = zip(found, expected).map(largestDifference).max() ?? .infinity
                    #expect(difference <= tolerance, "\(kernels), \(requests)", sourceLocation: sourceLocation)
                    // A request alone gives the same bits.
                    for (count, row) in zip(requests, found) where threads == 2 {
                        let alone = try rows(backend, program, weights, requests: [count], float32: float32)
                        #expect(alone[0] == row, "\(kernels), \(requests)", sourceLocation: sourceLocation)
                    }
                }
            }
        }
    }

    /// The beginning of a speech encoder: two convolutions, positions, a layer.
    private func encoder(melBins: Int, width: Int, heads: Int) -> Program {
        var maker = ProgramMaker()
        let mel = maker.emit(.features(width: melBins, rowsPerToken: 2))
        let unfolded = maker.emit(.unfold(mel, Unfold(kernelSize: 3, padding: 1)))
        let first = maker.emit(
            .activation(maker.linear(unfolded, [width], from: 3 * melBins, bias: true), .gelu))
        let wide = maker.emit(.unfold(first, Unfold(kernelSize: 3, stride: 2, padding: 1)))
        let second = maker.emit(.activation(maker.linear(wide, [width], from: 3 * width, bias: true), .gelu))
        let positions = maker.emit(
            .embed(WeightRef(name: "positions", shape: [120, width]), .position(offset: 0)))
        let x = maker.emit(.add(second, positions))
        let spec = AttentionSpec(
            layer: 0, numHeads: heads, numKVHeads: heads, headDim: width / heads, isCausal: false)
        let norm = Norm.layer(
            WeightRef(name: "n.weight", shape: [width]), bias: WeightRef(name: "n.b", shape: [width]), eps: 1e-5)
        let qkv = maker.linear(maker.emit(.norm(x, norm)), [width, width, width], from: width, bias: true)
        let attended = maker.linear(maker.emit(.attention(qkv, spec)), [width], from: width)
        return maker.finish(maker.emit(.norm(maker.emit(.add(x, attended)), norm)))
    }

    @Test("An encoder's beginning", arguments: [(7, 24, 3), (80, 64, 2), (5, 45, 5)])
    func encoder(_ shape: (melBins: Int, width: Int, heads: Int)) throws {
        let program = encoder(melBins: shape.melBins, width: shape.width, heads: shape.heads)
        try compare(program)
        try compare(program, format: .bf16, tolerance: 6e-2)
    }

    @Test("Kernels of other sizes", arguments: [(1, 0), (2, 1), (3, 0), (3, 2), (4, 1), (5, 2)])
    func sizes(_ shape: (kernelSize: Int, padding: Int)) throws {
        for (rowsPerToken, stride) in [(1, 1), (2, 2), (4, 2), (6, 3)] {
            var maker = ProgramMaker()
            var x = maker.emit(.features(width: 11, rowsPerToken: rowsPerToken))
            let unfold = Unfold(kernelSize: shape.kernelSize, stride: stride, padding: shape.padding)
            x = maker.linear(maker.emit(.unfold(x, unfold)), [13], from: 11 * shape.kernelSize)
            let left = rowsPerToken / stride
            x = maker.emit(.unfold(x, Unfold(kernelSize: 2, stride: left, padding: 0)))
            try compare(maker.finish(maker.linear(x, [9], from: 26)))
        }
    }

    @Test("Rows of several to a token go through every op, and rows side by side are read by any")
    func ops() throws {
        var maker = ProgramMaker()
        let x = maker.emit(.features(width: 12, rowsPerToken: 3))
        let norm = Norm.rms(WeightRef(name: "n.weight", shape: [12]), eps: 1e-5)
        let normed = maker.emit(.norm(x, norm))
        let gated = maker.emit(.gatedActivation(maker.linear(normed, [12, 12], from: 12), .silu))
        let factor = maker.emit(.activation(maker.linear(gated, [1], from: 12), .sigmoid))
        let mixed = maker.emit(.multiply(maker.emit(.softcap(maker.emit(.add(gated, normed)), 2)), factor))
        // Read by a product and by a norm: it is written out.
        let unfolded = maker.emit(.unfold(mixed, Unfold(kernelSize: 3, stride: 3, padding: 1)))
        let product = maker.linear(unfolded, [36], from: 36)
        let wide = Norm.rms(WeightRef(name: "w.weight", shape: [36]), eps: 1e-5)
        let sum = maker.emit(.add(maker.emit(.norm(unfolded, wide)), product))
        // The result of rows side by side themselves.
        try compare(maker.finish(maker.emit(.unfold(sum, Unfold(kernelSize: 2, padding: 1)))))
    }
}
