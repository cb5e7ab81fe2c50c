import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Cross attention and the cache it reads, against the reference backend and against itself in other company.
struct CrossAttentionTests {
    struct Shape: CustomTestStringConvertible {
        let positions: Int
        let heads: Int
        let headDim: Int
        let dtype: KVCacheDType
        var testDescription: String { "\(positions) positions, \(heads) heads of \(headDim), \(dtype)" }

        var twin: CrossTwin {
            CrossTwin(numPositions: positions, numHeads: heads, headDim: headDim, dtype: dtype)
        }

        static let all: [Shape] = [
            (1500, 6, 64), (1500, 1, 32), (37, 5, 80), (16, 20, 64), (1, 2, 32), (600, 3, 9), (1025, 7, 32),
        ].flatMap { (positions, heads, headDim) in
            KVCacheDType.allCases.map { Shape(positions: positions, heads: heads, headDim: headDim, dtype: $0) }
        }
    }

    private static func tokens(_ count: Int, seed: UInt64) -> [Int32] {
        randomTokens(count, below: CrossTwin.vocab, seed: seed)
    }

    /// Decode rows, short and long prompts, some of the same slot.
    private static let steps: [[CrossTwin.Request]] = [
        [.init(slot: 2, tokens: tokens(1, seed: 1))],
        [
            .init(slot: 0, tokens: tokens(4, seed: 2)), .init(slot: 3, tokens: tokens(1, seed: 3)),
            .init(slot: 0, tokens: tokens(2, seed: 4)),
        ],
    ]

    @Test("All tables, cache types and shapes give what the reference gives", arguments: Shape.all)
    func twin(_ shape: Shape) throws {
        let reference = try CrossTwin.Runner(shape.twin, ReferenceBackend())
        let expected = try Self.steps.map(reference.step)
        let tolerance: Float = shape.dtype == .float32 ? 1e-4 : 5e-2
        for kernels in OpTwin.kernels {
            for threads in [1, 2, 5] {
                let backend = try CPUBackend(configuration: .init(numThreads: threads, kernels: kernels))
                let runner = try CrossTwin.Runner(shape.twin, backend)
                for (step, expected) in zip(Self.steps, expected) {
                    let found = try runner.step(step)
                    for (row, expected) in zip(found.rows, expected.rows) {
                        #expect(largestDifference(row, expected) <= tolerance, "\(kernels), \(threads) threads")
                    }
                    // Keys are the same numbers in both; queries differ by what the layer before left.
                    #expect(largestDifference(found.weights, expected.weights) <= tolerance, "\(kernels)")
                }
            }
        }
    }

    @Test("Neither company nor threads change a bit", arguments: Shape.all)
    func company(_ shape: Shape) throws {
        let requests = (0..<20).map { index in
            CrossTwin.Request(
                slot: index * 7 % CrossTwin.numSlots,
                tokens: Self.tokens([1, 1, 3, 1, 70, 5][index % 6], seed: UInt64(index)))
        }
        for format in [WeightFormat.f32, .bf16] {
            var twin = shape.twin
            (twin.format, twin.float32) = (format, false)
            let one = try CrossTwin.Runner(twin, CPUBackend(configuration: .init(numThreads: 1)))
            let alone = try requests.map { try one.step([$0]).rows[0] }
            for threads in [1, 2, 3, 7] {
                let runner = try CrossTwin.Runner(twin, CPUBackend(configuration: .init(numThreads: threads)))
                var random = SplitMix(seed: UInt64(threads))
                for size in [1, 2, 5, 10] {
                    let chosen = Array(requests.indices.shuffled(using: &random).prefix(size))
                    let found = try runner.step(chosen.map { requests[$0] }).rows
                    let expected = chosen.map { alone[$0] }
                    #expect(found == expected, "\(threads) threads, \(format)")
                }
            }
        }
    }

    @Test("Nobody pays for weights that nobody wants, and the rows are the same")
    func withoutWeights() throws {
        var twin = CrossTwin()
        let backend = try CPUBackend(configuration: .init(numThreads: 2))
        let with = try CrossTwin.Runner(twin, backend).step(Self.steps[1])
        twin.wantsWeights = false
        let without = try CrossTwin.Runner(twin, backend).step(Self.steps[1])
        #expect(with.rows == without.rows)
        let isUntouched = without.weights.allSatisfy { $0.isNaN }
        #expect(isUntouched)
        let isWeight = with.weights.allSatisfy { $0 >= 0 && $0 <= 1 }
        #expect(isWeight)
    }

    @Test("Slots and positions outside the cache are refused")
    func refusals() throws {
        let backend = try CPUBackend(configuration: .init(numThreads: 1))
        let twin = CrossTwin(numPositions: 16)
        let runner = try CrossTwin.Runner(twin, backend)
        for slot in [-1, CrossTwin.numSlots] {
            #expect(throws: BackendError.self) { try runner.step([.init(slot: slot, tokens: [1])]) }
        }
        let options = CompileOptions(maxNumBatchedTokens: 40, maxNumSeqs: 1, maxLogitRows: 0, maxModelLen: 64)
        let store = try backend.compile(
            twin.storeProgram, weights: RandomWeights(twin.storeProgram.weights), options: options)
        #expect(store.outputWidth == 0)
        let batch = InputBatch(maxTokens: 40, maxRequests: 1, maxBlocksPerRequest: 1, maxLogitRows: 0)
        for (first, count) in [(0, 17), (16, 1), (0, 1)] {
            for token in 0..<count { batch.positions[token] = Int32(first + token) }
            (batch.numTokens, batch.numRequests) = (count, 1)
            (batch.queryStartLoc[1], batch.seqLens[0]) = (Int32(count), Int32(first + count))
            // The last one lacks features.
            let features = [Float](repeating: 0, count: 40 * CrossTwin.width)
            #expect(throws: BackendError.self) {
                try features.withUnsafeBufferPointer { features in
                    batch.features = first + count == 1 ? nil : features.baseAddress
                    try store.submit(batch, kvCache: runner.cache)
                }
            }
        }
        #expect(throws: BackendError.self) {
            try backend.makeKVCache(runner.cache.layout.withoutCrossSlots, dtype: .float32)
        }
        let other = try CrossTwin.Runner(CrossTwin(numPositions: 37), backend)
        batch.positions[0] = 0
        (batch.numTokens, batch.queryStartLoc[1], batch.seqLens[0]) = (1, 1, 1)
        #expect(throws: BackendError.self) { try runner.decoder.submit(batch, kvCache: other.cache) }
    }
}

extension KVCacheLayout {
    fileprivate var withoutCrossSlots: KVCacheLayout { KVCacheLayout(specs, numBlocks: 1, blockSize: 16) }
}
