import CMartletKernels
import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// What the backend refuses, and the shape of its plans.
struct CPUBackendTests {
    private let options = CompileOptions(
        maxNumBatchedTokens: 32, maxNumSeqs: 4, maxLogitRows: 4, maxModelLen: 64, float32Arithmetic: true)

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("Missing and misshapen weights are named with what was expected")
    func weights() throws {
        let backend = try CPUBackend(configuration: .init(numThreads: 1))
        let refs = TinyModel().program().weights
        let without = RandomWeights(refs.filter { $0.name != "model.layers.1.mlp.up_proj.weight" })
        let missing = message { _ = try backend.compile(TinyModel().program(), weights: without, options: options) }
        #expect(missing.contains("model.layers.1.mlp.up_proj.weight") && missing.contains("[96, 64]"))

        let wrong = RandomWeights(
            refs.map { $0.name == "model.norm.weight" ? WeightRef(name: $0.name, shape: [63]) : $0 })
        let misshapen = message { _ = try backend.compile(TinyModel().program(), weights: wrong, options: options) }
        #expect(misshapen.contains("model.norm.weight") && misshapen.contains("[64]") && misshapen.contains("[63]"))
    }

    @Test("Unknown kernels and thread counts are refused")
    func configurations() {
        #expect(message { _ = try CPUBackend(configuration: .init(kernels: "abacus")) }.contains("abacus"))
        #expect(message { _ = try CPUBackend(configuration: .init(numThreads: 0)) }.contains("0"))
        #expect(message { _ = try CPUBackend(configuration: .init(kernels: "portable")) } == "no error")
    }

    @Test("Kernels are asked for by their name up to any dash")
    func kernelNames() throws {
        let runnable = message { _ = try CPUBackend(configuration: .init(kernels: "abacus")) }
        let names = runnable.split(separator: "\"").filter { ck_linear_named(String($0)) != nil }.map(String.init)
        #expect(names.first == ck_linear_best().map { String(cString: $0.pointee.name) } && names.last == "portable")
        for name in names {
            let parts = name.split(separator: "-")
            for count in 1...parts.count {
                let asked = parts.prefix(count).joined(separator: "-")
                let kernels = try Kernels(named: asked)
                #expect(kernels.name == names.first { $0 == asked || $0.hasPrefix(asked + "-") })
                #expect(String(cString: kernels.vector.name).split(separator: "-").first == parts.first)
            }
            #expect(throws: BackendError.self) { try Kernels(named: name + "x") }
            #expect(throws: BackendError.self) { try Kernels(named: String(name.dropLast())) }
        }
        #expect(throws: BackendError.self) { try Kernels(named: "") }
    }

    @Test("Cache sizes that do not fit are refused")
    func caches() throws {
        let backend = try CPUBackend(configuration: .init(numThreads: 1))
        let specs = TinyModel().kvCacheSpecs
        #expect(
            message {
                _ = try backend.makeKVCache(
                    KVCacheLayout(specs, numBlocks: 4, blockSize: 12), dtype: .int8)
            }.contains("16"))
        #expect(
            message {
                _ = try backend.makeKVCache(
                    KVCacheLayout(specs, numBlocks: 0, blockSize: 16), dtype: .int8)
            }.contains("0"))
        let other = try ReferenceBackend().makeKVCache(
            KVCacheLayout(specs, numBlocks: 4, blockSize: 16), dtype: .float32)
        let weights = RandomWeights(TinyModel().program().weights)
        let executable = try backend.compile(TinyModel().program(), weights: weights, options: options)
        let batch = InputBatch(maxTokens: 32, maxRequests: 4, maxBlocksPerRequest: 4, maxLogitRows: 4)
        #expect(message { try executable.submit(batch, kvCache: other) }.contains("another backend"))
        let narrow = try backend.makeKVCache(
            KVCacheLayout(Array(specs.prefix(1)), numBlocks: 4, blockSize: 16), dtype: .float32)
        #expect(message { try executable.submit(batch, kvCache: narrow) }.contains("layer"))
    }

    @Test("Batches that break their invariants are refused")
    func batches() throws {
        let runner = try StepRunner(
            backend: CPUBackend(configuration: .init(numThreads: 1)), model: TinyModel(),
            weights: RandomWeights(TinyModel().program().weights))
        let request = runner.add([1, 2, 3])
        _ = try runner.step([.init(request: request, numTokens: 3)])
        func spoil(_ change: (InputBatch) -> Void) -> String {
            let batch = InputBatch(maxTokens: 96, maxRequests: 40, maxBlocksPerRequest: 64, maxLogitRows: 96)
            (batch.numTokens, batch.numRequests, batch.numLogitRows) = (1, 1, 1)
            (batch.queryStartLoc[1], batch.seqLens[0]) = (1, 1)
            change(batch)
            return message { try runner.executable.submit(batch, kvCache: runner.cache) }
        }
        #expect(spoil { _ in } == "no error")
        #expect(spoil { $0.tokenIDs[0] = 200 }.contains("200"))
        #expect(spoil { $0.tokenIDs[0] = -1 }.contains("-1"))
        #expect(spoil { $0.slotMapping()[0] = 1 << 20 }.contains("slot"))
        #expect(spoil { $0.blockTables()[0] = 4096 }.contains("4096"))
        #expect(spoil { $0.seqLens[0] = 9 }.contains("request 0"))
        #expect(spoil { $0.logitRows[0] = 1 }.contains("logit row"))
        #expect(spoil { $0.numTokens = 97 }.contains("97"))
    }

    @Test("Lookups beyond a table are refused with what would be accepted")
    func lookups() throws {
        var maker = ProgramMaker()
        let positions = maker.emit(.embed(WeightRef(name: "positions", shape: [12, 8]), .position(offset: 2)))
        let types = maker.emit(.embed(WeightRef(name: "types", shape: [2, 8]), .tokenType))
        let program = maker.finish(maker.emit(.add(positions, types)))
        let runner = try StepRunner(
            backend: CPUBackend(configuration: .init(numThreads: 1)), program: program, kvCacheSpecs: [],
            weights: RandomWeights(program.weights))
        let request = runner.add([Int32](repeating: 0, count: 11))
        _ = try runner.step([.init(request: request, numTokens: 10)])
        let beyond = message { _ = try runner.step([.init(request: request, numTokens: 1)]) }
        #expect(beyond.contains("position 10") && beyond.contains("positions ends at 9"))
        runner.batch.positions[0] = 0
        (runner.batch.seqLens[0], runner.batch.tokenTypes[0]) = (1, 2)
        #expect(message { try runner.executable.submit(runner.batch, kvCache: runner.cache) }.contains("token type 2"))
    }

    @Test("Without causality a request must come whole")
    func wholeRequests() throws {
        let model = OpInvarianceTests.models[1]
        let runner = try StepRunner(
            backend: CPUBackend(configuration: .init(numThreads: 1)), program: model.program, kvCacheSpecs: [],
            weights: RandomWeights(model.program.weights))
        let request = runner.add([1, 2, 3])
        _ = try runner.step([.init(request: request, numTokens: 2)])
        #expect(message { _ = try runner.step([.init(request: request, numTokens: 1)]) }.contains("all of them"))
    }

    @Test("A layer is lowered to five regions")
    func regions() throws {
        var model = TinyModel()
        model.hasQKNorm = true
        model.layers = 1
        let kinds = try Lowering(model.program()).regions.map { region in
            switch region {
            case .embed: "embed"
            case .rows: "rows"
            case .linear(let source, let weights, _, let epilogue, _):
                "\(source.norm == nil ? "" : "norm ")linear\(weights.count)"
                    + (epilogue.gate.map { " gated \($0)" } ?? "") + (epilogue.addend == nil ? "" : " add")
            case .heads: "heads"
            case .attention(_, let ops, _, _): "attention\(ops.count)"
            default: "other"
            }
        }
        #expect(
            kinds == [
                "embed", "norm linear3", "attention2", "linear1 add", "norm linear2 gated silu", "linear1 add",
                "norm linear1",
            ])
    }

    @Test("Values that several ops read are kept, whatever could have been fused")
    func sharedValues() throws {
        // Norm read by a linear and a sum; linear read twice; rotary on its own; gather of a sum.
        var recorder = Recorder()
        let spec = AttentionSpec(layer: 0, numHeads: 2, numKVHeads: 1, headDim: 16)
        let rotary = RotaryEmbedding(rotaryDim: 16, inverseFrequencies: (0..<8).map { 1 / Float($0 + 1) })
        let x = recorder.emit(.embed(WeightRef(name: "e", shape: [200, 64]), .tokenID), name: "e")
        let norm = recorder.emit(.norm(x, .rms(WeightRef(name: "n.weight", shape: [64]), eps: 1e-5)), name: "n")
        let qkv = recorder.emit(.linear(norm, [WeightRef(name: "a", shape: [64, 64])], bias: []), name: "qkv")
        let turned = recorder.emit(.rotary(qkv, rotary, spec), name: "turned")
        let attention = recorder.emit(.attention(turned, spec), name: "attention")
        let wide = recorder.emit(.linear(attention, [WeightRef(name: "b", shape: [64, 32])], bias: []), name: "wide")
        let sum = recorder.emit(.add(wide, norm), name: "sum")
        let twice = recorder.emit(.add(sum, sum), name: "twice")
        let again = recorder.emit(.add(twice, qkv), name: "again")
        let pair = recorder.emit(
            .linear(again, [WeightRef(name: "c", shape: [128, 64])], bias: []), name: "pair")
        let gate = recorder.emit(.gatedActivation(pair, .silu), name: "gate")
        let normed = recorder.emit(.norm(gate, .rms(WeightRef(name: "m.weight", shape: [64]), eps: 1e-5)), name: "m")
        let output = recorder.emit(.gatherLogitRows(normed), name: "out")
        let program = recorder.finish(output)
        let weights = RandomWeights(program.weights)
        var logits: [[Float]] = []
        for backend in [try CPUBackend(configuration: .init(numThreads: 2)), ReferenceBackend()] as [any Backend] {
            let executable = try backend.compile(program, weights: weights, options: options)
            let cache = try backend.makeKVCache(
                KVCacheLayout([.full(spec)], numBlocks: 2, blockSize: 16), dtype: .float32)
            let batch = InputBatch(maxTokens: 32, maxRequests: 4, maxBlocksPerRequest: 4, maxLogitRows: 4)
            (batch.numTokens, batch.numRequests, batch.numLogitRows) = (7, 1, 2)
            (batch.queryStartLoc[1], batch.seqLens[0]) = (7, 7)
            (batch.logitRows[0], batch.logitRows[1]) = (2, 6)
            for token in 0..<7 {
                batch.tokenIDs[token] = Int32(token * 13)
                batch.positions[token] = Int32(token)
                batch.slotMapping()[token] = Int32(token)
            }
            try executable.submit(batch, kvCache: cache)
            let view = try executable.collect()
            logits.append(Array(view[0]) + Array(view[1]))
        }
        #expect(largestDifference(logits[0], logits[1]) < 2e-4)
    }
}
