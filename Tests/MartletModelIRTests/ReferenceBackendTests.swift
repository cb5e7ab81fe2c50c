import Glibc
import MartletModelIR
import Testing

@Suite struct ReferenceBackendTests {
    static let options = CompileOptions(maxNumBatchedTokens: 8, maxNumSeqs: 2, maxLogitRows: 8, maxModelLen: 8)
    static let table = WeightRef(name: "table.weight", shape: [4, 4])
    static let tableValues: [Float] = [1, 2, 3, 4, -1, 0, 1, 2, 0.5, -0.5, 2, -2, 0, 0, 0, 0]

    /// An embedding of width 4 followed by `ops`.
    static func program(_ ops: (inout Recorder, Value) -> Value) -> Program {
        var recorder = Recorder()
        let embedded = recorder.emit(.embed(table, .tokenID), name: "table")
        let output = ops(&recorder, embedded)
        return recorder.finish(output)
    }

    /// Runs a program over one request's tokens from position 0.
    static func run(
        _ program: Program, _ tokens: [Int32], weights: [String: (shape: [Int], values: [Float])] = [:],
        specs: [KVCacheSpec] = [], on backend: any Backend = ReferenceBackend(), dtype: KVCacheDType = .float32
    ) throws -> [[Float]] {
        var all = weights
        all["table.weight"] = ([4, 4], tableValues)
        let executable = try backend.compile(program, weights: MemoryWeights(all), options: options)
        let cache = try backend.makeKVCache(
            KVCacheLayout(specs, numBlocks: 8, blockSize: 2), dtype: dtype)
        try executable.submit(batch(tokens), kvCache: cache)
        let logits = try executable.collect()
        return (0..<logits.numRows).map { Array(logits[$0]) }
    }

    static func batch(_ tokens: [Int32]) -> InputBatch {
        let batch = InputBatch(maxTokens: 16, maxRequests: 1, maxBlocksPerRequest: 8, maxLogitRows: 16)
        for block in 0..<8 { batch.blockTables()[block] = Int32(7 - block) }
        for (index, token) in tokens.enumerated() {
            batch.tokenIDs[index] = token
            batch.positions[index] = Int32(index)
            batch.slotMapping()[index] = Int32(7 - index / 2) * 2 + Int32(index % 2)
            batch.logitRows[index] = Int32(index)
        }
        batch.numTokens = tokens.count
        batch.numRequests = 1
        batch.numLogitRows = tokens.count
        batch.queryStartLoc[1] = Int32(tokens.count)
        batch.seqLens[0] = Int32(tokens.count)
        return batch
    }

    // MARK: Ops by hand

    @Test("an embedding gives the rows of the table, gather keeps the wanted ones")
    func embed() throws {
        let program = Self.program { $0.emit(.gatherLogitRows($1), name: "rows") }
        #expect(try Self.run(program, [2, 0]) == [[0.5, -0.5, 2, -2], [1, 2, 3, 4]])
    }

    @Test("rmsNorm divides by the root of the mean square and multiplies with the weight")
    func rmsNorm() throws {
        let program = Self.program { $0.emit(.norm($1, .rms(WeightRef(name: "n", shape: [4]), eps: 0.5)), name: "n") }
        let row = try Self.run(program, [0], weights: ["n": ([4], [1, 1, 2, -1])])[0]
        let factor = 1 / Float(7.5 + 0.5).squareRoot()
        #expect(zip(row, [factor, 2 * factor, 6 * factor, -4 * factor]).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("linear layers stand side by side and take a bias where there is one")
    func linear() throws {
        let (a, b) = (WeightRef(name: "a", shape: [1, 4]), WeightRef(name: "b", shape: [2, 4]))
        let program = Self.program {
            $0.emit(.linear($1, [a, b], bias: [nil, WeightRef(name: "c", shape: [2])]), name: "ab")
        }
        let weights: [String: (shape: [Int], values: [Float])] = [
            "a": ([1, 4], [1, 0, 0, 1]), "b": ([2, 4], [0, 1, 0, 0, 1, 1, 1, 1]), "c": ([2], [10, 20]),
        ]
        #expect(try Self.run(program, [0], weights: weights) == [[5, 12, 30]])
    }

    @Test("the gated activation is silu of the first half times the second")
    func gatedActivation() throws {
        let program = Self.program { $0.emit(.gatedActivation($1, .silu), name: "act") }
        let row = try Self.run(program, [0])[0]
        #expect(abs(row[0] - 3 / (1 + exp(-1))) < 1e-6 && abs(row[1] - 8 / (1 + exp(-2))) < 1e-6)
    }

    @Test("rotary pairs are halves in neox style and neighbours otherwise", arguments: [true, false])
    func rotary(isNeoxStyle: Bool) throws {
        let spec = AttentionSpec(layer: 0, numHeads: 1, numKVHeads: 1, headDim: 4)
        let rotary = RotaryEmbedding(rotaryDim: 4, inverseFrequencies: [1, 0.5], isNeoxStyle: isNeoxStyle)
        let wide = WeightRef(name: "w", shape: [12, 4])
        let program = Self.program {
            let qkv = $0.emit(.linear($1, [wide], bias: []), name: "qkv")
            return $0.emit(.rotary(qkv, rotary, spec), name: "rotary")
        }
        let identity = (0..<12).flatMap { row in (0..<4).map { Float(row % 4 == $0 ? 1 : 0) } }
        let row = try Self.run(program, [3, 0], weights: ["w": ([12, 4], identity)])[1]
        let (c, s, c2, s2) = (cos(Float(1)), sin(Float(1)), cos(Float(0.5)), sin(Float(0.5)))
        let expected =
            isNeoxStyle
            ? [c - 3 * s, 2 * c2 - 4 * s2, 3 * c + s, 4 * c2 + 2 * s2]
            : [c - 2 * s, 2 * c + s, 3 * c2 - 4 * s2, 4 * c2 + 3 * s2]
        #expect(zip(row, expected + expected + [1, 2, 3, 4]).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("attention averages the values it sees, and a window hides the older ones", arguments: [nil, 2])
    func attention(window: Int?) throws {
        let spec = AttentionSpec(layer: 0, numHeads: 2, numKVHeads: 1, headDim: 1, scale: 0, slidingWindow: window)
        let program = Self.program { $0.emit(.attention($1, spec), name: "attention") }
        // With scale 0 every key weighs the same; values are the last columns: 4, 2, -2.
        let rows = try Self.run(program, [0, 1, 2], specs: [.full(spec)])
        let last: Float = window == nil ? 4.0 / 3 : 0
        #expect(rows[0] == [4, 4] && rows[1] == [3, 3])
        #expect(rows[2].allSatisfy { abs($0 - last) < 1e-6 })
    }

    @Test(
        "int8 caches keep one scale per token and head",
        arguments: [(KVCacheDType.bfloat16, Float(1.0 / 256)), (.int8, 1.0 / 127)])
    func cacheRounding(_ dtype: KVCacheDType, _ relative: Float) throws {
        let spec = AttentionSpec(layer: 0, numHeads: 1, numKVHeads: 1, headDim: 4)
        let weight = WeightRef(name: "w", shape: [12, 4])
        let program = Self.program {
            let qkv = $0.emit(.linear($1, [weight], bias: []), name: "qkv")
            return $0.emit(.attention(qkv, spec), name: "attention")
        }
        let values = (0..<12).flatMap { row in (0..<4).map { Float(row % 4 == $0 ? 0.77 : 0) } }
        let row = try Self.run(
            program, [0], weights: ["w": ([12, 4], values)], specs: [.full(spec)], dtype: dtype)[0]
        for (found, exact) in zip(row, [0.77, 1.54, 2.31, 3.08] as [Float]) {
            #expect(abs(found - exact) <= relative * 3.08 / 2 + 1e-6)
        }
        #expect(row != [0.77, 1.54, 2.31, 3.08])
    }

    // MARK: Refusals

    @Test("a missing weight, a wrong shape and a wrong size are told by name")
    func weights() throws {
        let program = Self.program { $0.emit(.norm($1, .rms(WeightRef(name: "n", shape: [4]), eps: 1)), name: "n") }
        let missing = #expect(throws: BackendError.self) { try Self.run(program, [0]) }
        #expect(missing?.message == "weight n: of shape [4] is missing from the checkpoint")
        let shape = #expect(throws: BackendError.self) {
            try Self.run(program, [0], weights: ["n": ([5], [1, 1, 1, 1, 1])])
        }
        #expect(shape?.message == "weight n: expected shape [4], found [5]")
        let size = #expect(throws: BackendError.self) { try Self.run(program, [0], weights: ["n": ([4], [1])]) }
        #expect(size?.message == "weight n: expected 16 bytes of f32, found 4")
    }

    @Test("token ids outside the vocabulary and steps beyond the compiled size are refused")
    func batches() throws {
        let program = Self.program { $1 }
        let token = #expect(throws: BackendError.self) { try Self.run(program, [0, 4]) }
        #expect(token?.message == "table.weight has 4 rows, a token asks for row 4")
        #expect(throws: BackendError.self) { try Self.run(program, [-1]) }
        let size = #expect(throws: BackendError.self) { try Self.run(program, [Int32](repeating: 0, count: 9)) }
        #expect(size?.message.contains("9 tokens") == true)
    }

    @Test("a cache of another backend and a cache without slots are refused")
    func caches() throws {
        let spec = AttentionSpec(layer: 0, numHeads: 1, numKVHeads: 1, headDim: 4)
        let backend = ReferenceBackend()
        let executable = try backend.compile(
            Self.program { $1 }, weights: MemoryWeights(["table.weight": ([4, 4], Self.tableValues)]),
            options: Self.options)
        let foreign = try NullBackend().makeKVCache(KVCacheLayout([], numBlocks: 1, blockSize: 1), dtype: .float32)
        #expect(throws: BackendError.self) { try executable.submit(Self.batch([0]), kvCache: foreign) }
        #expect(throws: BackendError.self) {
            try backend.makeKVCache(KVCacheLayout([.full(spec)], numBlocks: 0, blockSize: 16), dtype: .float32)
        }
    }

    @Test("the null backend gives zeros of the right shape, also after a sampler wrote to them")
    func nullBackend() throws {
        let program = Self.program { $1 }
        let backend = NullBackend()
        let executable = try backend.compile(program, weights: MemoryWeights([:]), options: Self.options)
        let cache = try backend.makeKVCache(
            KVCacheLayout([], numBlocks: 4, blockSize: 2), dtype: .int8)
        for _ in 0..<2 {
            try executable.submit(Self.batch([0, 1]), kvCache: cache)
            let logits = try executable.collect()
            #expect(logits.numRows == 2 && logits.vocabSize == 4)
            #expect((0..<2).allSatisfy { logits[$0].allSatisfy { $0 == 0 } })
            logits[1][2] = 7
        }
        #expect(throws: BackendError.self) {
            try executable.submit(Self.batch([Int32](repeating: 0, count: 9)), kvCache: cache)
        }
    }
}
