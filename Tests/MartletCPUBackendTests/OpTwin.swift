import CMartletKernels
import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Runs one program on the reference backend and on every kernel table this CPU has.
struct OpTwin {
    var vocab = 61
    var specs: [KVCacheSpec] = []
    var dtype = KVCacheDType.float32
    /// Requests come whole.
    var isWhole = false
    var longRequests: Set<Int> = []
    var tolerance: Float = 1e-4
    var format = WeightFormat.f32
    var float32 = true

    /// The best tables of every instruction set.
    static let kernels = ["avx512-bf16", "avx512", "avx2", "neon", "portable"].filter {
        (try? Kernels(named: $0)) != nil
    }

    private var steps: [[StepRunner.Share]] {
        if isWhole {
            return [
                [.init(request: 0, numTokens: 69, numLogits: 69), .init(request: 1, numTokens: 5, numLogits: 5)],
                [.init(request: 3, numTokens: 1), .init(request: 2, numTokens: 33, numLogits: 3)],
            ]
        }
        return [
            [.init(request: 0, numTokens: 40, numLogits: 2)],
            [.init(request: 0, numTokens: 29, numLogits: 0), .init(request: 1, numTokens: 4, numLogits: 4)],
            [.init(request: 0, numTokens: 1), .init(request: 1, numTokens: 1), .init(request: 2, numTokens: 17)],
            [.init(request: 2, numTokens: 15, numLogits: 0), .init(request: 3, numTokens: 1)],
            [.init(request: 2, numTokens: 1)],
        ]
    }

    private func rows(_ backend: some Backend, _ program: Program, _ weights: RandomWeights) throws -> [[Float]] {
        let runner = try StepRunner(
            backend: backend, program: program, kvCacheSpecs: specs, weights: weights, dtype: dtype, float32: float32)
        runner.longRequests = longRequests
        for (seed, count) in [(1, 70), (2, 5), (3, 33), (4, 1)] {
            _ = runner.add(randomTokens(count, below: vocab, seed: UInt64(seed)))
        }
        return try steps.flatMap { try runner.step($0).joined() }
    }

    /// Compares whole steps.
    func compare(_ program: Program, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let weights = RandomWeights(program.weights, format: format)
        let expected = try rows(ReferenceBackend(), program, weights)
        #expect(expected.contains { $0.contains { abs($0) > 0.01 } }, sourceLocation: sourceLocation)
        for kernels in Self.kernels {
            for threads in [1, 2] {
                let backend = try CPUBackend(configuration: .init(numThreads: threads, kernels: kernels))
                let found = try rows(backend, program, weights)
                let difference = zip(found, expected).map(largestDifference).max() ?? .infinity
                #expect(difference <= tolerance, "\(kernels), \(threads) threads", sourceLocation: sourceLocation)
            }
        }
    }
}

/// Shorthands for recording small programs.
struct ProgramMaker: ~Copyable {
    private var recorder = Recorder()
    private var count = 0

    mutating func emit(_ op: Op) -> Value {
        count += 1
        return recorder.emit(op, name: "op\(count)")
    }

    mutating func embed(_ width: Int, vocab: Int = 61) -> Value {
        emit(.embed(WeightRef(name: "table", shape: [vocab, width]), .tokenID))
    }

    mutating func linear(_ x: Value, _ widths: [Int], from width: Int, bias: Bool = false) -> Value {
        count += 1
        let refs = widths.indices.map { WeightRef(name: "linear\(count).\($0).weight", shape: [widths[$0], width]) }
        let biases =
            bias ? widths.indices.map { WeightRef(name: "linear\(count).\($0).bias", shape: [widths[$0]]) } : []
        return emit(.linear(x, refs, bias: biases))
    }

    /// Gathers the wanted rows.
    consuming func finish(_ x: Value) -> Program {
        let output = recorder.emit(.gatherLogitRows(x), name: "output")
        return recorder.finish(output)
    }
}
