import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Layers with a state against the reference backend, on every instruction set of this machine.
struct RecurrenceTests {
    /// Sizes of the three layers.
    struct Shape: Sendable, CustomTestStringConvertible {
        var kernel = 4
        var keyHeads = 2
        var valueHeads = 4
        var keyDim = 16
        var valueDim = 16
        var hasBias = false
        var hasSilu = true
        var maxTimeStep = Float.infinity

        var testDescription: String {
            "kernel \(kernel), \(keyHeads)/\(valueHeads) heads of \(keyDim)x\(valueDim)"
        }
    }

    private static let hidden = 24
    private static let vocab = 64

    /// Embedding, projection, convolution, delta rule, convolution, state space, projection.
    private func program(_ shape: Shape) -> (Program, [KVCacheSpec]) {
        var recorder = Recorder()
        func matrix(_ name: String, _ out: Int, _ width: Int) -> WeightRef {
            WeightScope(name).weight(out: out, in: width)
        }
        func vector(_ name: String, _ count: Int) -> WeightRef { WeightRef(name: name, shape: [count]) }
        func conv(_ x: Value, _ name: String, _ channels: Int, _ layer: Int) -> Op {
            .shortConv(
                x,
                ShortConv(
                    weight: matrix(name, channels, shape.kernel),
                    bias: shape.hasBias ? vector("\(name).bias", channels) : nil,
                    activation: shape.hasSilu ? .silu : nil,
                    state: StateRef(layer: layer, offset: 3, count: (shape.kernel - 1) * channels)))
        }
        let keyWidth = shape.keyHeads * shape.keyDim
        let valueWidth = shape.valueHeads * shape.valueDim
        let width = 2 * keyWidth + valueWidth
        let convElements = 3 + (shape.kernel - 1) * width
        let stateElements = shape.valueHeads * shape.keyDim * shape.valueDim
        let x = recorder.emit(.embed(matrix("embed", Self.vocab, Self.hidden), .tokenID), name: "embed")
        let qkv = recorder.emit(.linear(x, [matrix("qkv", width, Self.hidden)], bias: []), name: "qkv")
        let gates = recorder.emit(
            .linear(x, [matrix("gates", 2 * shape.valueHeads, Self.hidden)], bias: []), name: "gates")
        let mixed = recorder.emit(conv(qkv, "conv", width, 0), name: "conv")
        let delta = recorder.emit(
            .gatedDeltaNet(
                mixed, gates: gates,
                GatedDeltaNet(
                    numKeyHeads: shape.keyHeads, numValueHeads: shape.valueHeads, keyDim: shape.keyDim,
                    valueDim: shape.valueDim, aLog: vector("a_log", shape.valueHeads),
                    dtBias: vector("dt_bias", shape.valueHeads),
                    state: StateRef(layer: 0, offset: convElements, count: stateElements))),
            name: "delta")
        // The same sizes again as groups and states of a state space.
        let xBC = recorder.emit(.linear(delta, [matrix("xbc", width, valueWidth)], bias: []), name: "xbc")
        let timeStep = recorder.emit(.linear(delta, [matrix("dt", shape.valueHeads, valueWidth)], bias: []), name: "dt")
        let mixedAgain = recorder.emit(conv(xBC, "conv2", width, 1), name: "conv2")
        let space = recorder.emit(
            .mamba2(
                mixedAgain, timeStep: timeStep,
                Mamba2(
                    numHeads: shape.valueHeads, headDim: shape.valueDim, numGroups: shape.keyHeads,
                    stateDim: shape.keyDim, aLog: vector("a_log2", shape.valueHeads), d: vector("d", shape.valueHeads),
                    dtBias: vector("dt_bias2", shape.valueHeads), minTimeStep: 0.2, maxTimeStep: shape.maxTimeStep,
                    state: StateRef(layer: 1, offset: convElements, count: stateElements))),
            name: "space")
        let sum = recorder.emit(.add(delta, space), name: "sum")
        let rows = recorder.emit(.gatherLogitRows(sum), name: "rows")
        let output = recorder.emit(.linear(rows, [matrix("head", Self.vocab, valueWidth)], bias: []), name: "head")
        let specs: [KVCacheSpec] = (0..<2).map {
            .recurrent(RecurrentSpec(layer: $0, elements: convElements + stateElements))
        }
        return (recorder.finish(output), specs)
    }

    private func runner(_ backend: some Backend, _ shape: Shape) throws -> StepRunner {
        let (program, specs) = program(shape)
        let weights = RandomWeights(program.weights)
        let runner = try StepRunner(backend: backend, program: program, kvCacheSpecs: specs, weights: weights)
        for (seed, count) in [(1, 70), (2, 5), (3, 33)] {
            _ = runner.add(randomTokens(count, below: Self.vocab, seed: UInt64(seed)))
        }
        return runner
    }

    private static let steps: [[StepRunner.Share]] = [
        [.init(request: 0, numTokens: 40, numLogits: 40)],
        [.init(request: 0, numTokens: 29, numLogits: 29), .init(request: 1, numTokens: 4, numLogits: 4)],
        [.init(request: 0, numTokens: 1), .init(request: 1, numTokens: 1), .init(request: 2, numTokens: 17)],
        [.init(request: 2, numTokens: 15, numLogits: 15)],
        [.init(request: 2, numTokens: 1)],
    ]

    private static let shapes = [
        Shape(), Shape(kernel: 3, keyHeads: 1, valueHeads: 3, keyDim: 8, valueDim: 5, hasBias: true),
        Shape(kernel: 2, keyHeads: 3, valueHeads: 3, keyDim: 7, valueDim: 33, hasSilu: false, maxTimeStep: 0.4),
        Shape(kernel: 5, keyHeads: 1, valueHeads: 2, keyDim: 20, valueDim: 70, hasBias: true),
        Shape(kernel: 4, keyHeads: 1, valueHeads: 1, keyDim: 128, valueDim: 128),
        Shape(kernel: 1, keyHeads: 1, valueHeads: 7, keyDim: 1, valueDim: 1),
    ]

    @Test("Every shape gives the reference's numbers on all kernels", arguments: shapes)
    func twins(shape: Shape) throws {
        for kernels in ["avx512-bf16-vnni", "avx512", "avx2", "neon", "portable"] {
            guard let backend = try? CPUBackend(configuration: .init(numThreads: 3, kernels: kernels)) else { continue }
            let fast = try runner(backend, shape)
            let reference = try runner(ReferenceBackend(), shape)
            for step in Self.steps {
                let expected = try reference.step(step).joined()
                let found = try fast.step(step).joined()
                let largest = expected.joined().map(\.magnitude).max() ?? 0
                #expect(largest > 0)
                for (a, b) in zip(expected, found) { #expect(largestDifference(a, b) <= 1e-4 * largest) }
            }
        }
    }

    @Test("A request's bits do not depend on how its tokens are divided into steps", arguments: shapes)
    func invariance(shape: Shape) throws {
        for kernels in ["avx512-bf16-vnni", "avx2", "portable"] {
            guard let backend = try? CPUBackend(configuration: .init(numThreads: 2, kernels: kernels)) else { continue }
            let whole = try runner(backend, shape)
            let expected = try whole.step([.init(request: 0, numTokens: 70, numLogits: 70)])[0]
            let parts = try runner(backend, shape)
            var found = try parts.step([
                .init(request: 1, numTokens: 3, numLogits: 0), .init(request: 0, numTokens: 65, numLogits: 65),
            ])[1]
            for _ in 65..<70 {
                found += try parts.step([
                    .init(request: 0, numTokens: 1), .init(request: 2, numTokens: 4, numLogits: 0),
                ])[0]
            }
            #expect(found == expected)
        }
    }

    @Test("A copied state goes on as the original")
    func copies() throws {
        let shape = Shape()
        let runner = try runner(CPUBackend(), shape)
        _ = try runner.step([.init(request: 0, numTokens: 20)])
        runner.cache.copyState(from: 0, to: 2)
        let direct = try runner.step([.init(request: 0, numTokens: 9, numLogits: 9)])
        runner.cache.copyState(from: 2, to: 0)
        runner.rewind(0, to: 20)
        #expect(try runner.step([.init(request: 0, numTokens: 9, numLogits: 9)]) == direct)
    }
}
