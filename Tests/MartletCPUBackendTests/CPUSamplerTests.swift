import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// The fast sampler against the sorting one.
struct CPUSamplerTests {
    private func logits(_ count: Int, spread: Float, seed: UInt64) -> [Float] {
        var random = SplitMix(seed: seed)
        // A sum of uniforms is near enough to what logits look like; rounding makes ties.
        return (0..<count).map { _ in
            ((random.float() + random.float() + random.float()) * spread * 8).rounded() / 8
        }
    }

    /// The results of both samplers on the same rows.
    private func sample(
        _ rows: [[Float]], _ settings: [SamplingRow], threads: Int = 2, kernels: String? = nil
    ) throws -> (fast: [SampledRow], reference: [SampledRow]) {
        let width = rows[0].count
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: rows.count * width)
        defer { memory.deallocate() }
        func run(_ sampler: any Sampler) -> [SampledRow] {
            for (index, row) in rows.enumerated() { (memory + index * width).update(from: row, count: width) }
            let batch = SamplingBatch()
            batch.rows = settings
            sampler.sample(LogitsView(base: memory, numRows: rows.count, vocabSize: width), batch)
            return batch.results
        }
        let backend = try CPUBackend(configuration: .init(numThreads: threads, kernels: kernels))
        return (run(backend.makeSampler(vocabSize: width)), run(ReferenceSampler()))
    }

    private func expectEqual(_ result: (fast: [SampledRow], reference: [SampledRow])) {
        #expect(result.fast.count == result.reference.count)
        for (fast, reference) in zip(result.fast, result.reference) {
            #expect(fast.tokenID == reference.tokenID)
            #expect(fast.rank == reference.rank)
            #expect(abs(fast.logprob - reference.logprob) < 1e-5 || fast.logprob == reference.logprob)
            #expect(fast.topLogprobs.map(\.tokenID) == reference.topLogprobs.map(\.tokenID))
            #expect(fast.topLogprobs.map(\.rank) == reference.topLogprobs.map(\.rank))
            for (a, b) in zip(fast.topLogprobs, reference.topLogprobs) { #expect(abs(a.logprob - b.logprob) < 1e-5) }
        }
    }

    @Test("Draws are the reference's for every truncation", arguments: [3, 17, 100, 1000, 5003], [0.3, 2, 12])
    func truncations(vocab: Int, spread: Float) throws {
        var random = SplitMix(seed: UInt64(vocab))
        var rows: [[Float]] = []
        var settings: [SamplingRow] = []
        for topK in [0, 1, 2, 20, 600] as [Int32] {
            for topP in [1, 0.95, 0.5, 0.01] as [Float] {
                for minP in [0, 0.05, 0.9] as [Float] {
                    var row = SamplingRow()
                    row.temperature = [0.2, 0.7, 1, 1.7].randomElement(using: &random) ?? 1
                    (row.topK, row.topP, row.minP) = (topK, topP, minP)
                    row.randomBits = random.next()
                    row.numLogprobs = Bool.random(using: &random) ? 5 : nil
                    settings.append(row)
                    rows.append(logits(vocab, spread: spread, seed: random.next()))
                }
            }
        }
        try expectEqual(sample(rows, settings))
    }

    @Test("Greedy takes the lowest id among equals, on every kernel table", arguments: ["avx512", "avx2", "portable"])
    func greedyTies(kernels: String) throws {
        guard (try? CPUBackend(configuration: .init(kernels: kernels))) != nil else { return }
        for length in 1..<70 {
            var row = [Float](repeating: -1, count: length)
            for position in stride(from: length / 2, to: length, by: 3) { row[position] = 4 }
            let result = try sample([row], [SamplingRow()], kernels: kernels)
            #expect(Int(result.fast[0].tokenID) == length / 2)
        }
    }

    @Test("Edits change the choice but not the reported log-probabilities, and are undone")
    func edits() throws {
        var row = SamplingRow()
        row.numLogprobs = 3
        row.edits = [
            LogitEdit(tokenID: 4, bias: -.infinity), LogitEdit(tokenID: 2, repetitionPenalty: 2),
            LogitEdit(tokenID: 3, repetitionPenalty: 2), LogitEdit(tokenID: 1, bias: 1, penalty: 0.25),
            LogitEdit(tokenID: 99, bias: 5),
        ]
        let result = try sample([[0, 1, 3, -1, 9, 1.6]], [row])
        expectEqual(result)
        #expect(result.fast[0].tokenID == 1)
        #expect(result.fast[0].topLogprobs.first?.tokenID == 4)
    }

    @Test("A forced token is reported with its own log-probability")
    func forced() throws {
        var row = SamplingRow()
        row.temperature = 1
        row.forcedTokenID = 2
        row.numLogprobs = 0
        let result = try sample([[0, 1, 3, -1, 9, 1.6]], [row])
        expectEqual(result)
        #expect(result.fast[0].tokenID == 2 && result.fast[0].rank == 2)
    }

    @Test("NaN, infinite and banned logits give a token")
    func strangeLogits() throws {
        let strange: [[Float]] = [
            [.nan, .nan, .nan, .nan], [.nan, 1, .nan, 0], [-.infinity, -.infinity, -.infinity, -.infinity],
            [0, .infinity, 1, .infinity], [-.infinity, -3, -.infinity, -.infinity], [3.4e38, -3.4e38, 0, 3.4e38],
        ]
        for (temperature, topK, topP, minP) in [
            (0, 0, 1, 0), (1, 0, 1, 0), (1e-30, 0, 1, 0), (1, 2, 0.5, 0), (1, 0, 0.3, 0.1), (1e30, 0, 0.9, 0),
        ] as [(Float, Int32, Float, Float)] {
            var row = SamplingRow()
            (row.temperature, row.topK, row.topP, row.minP) = (temperature, topK, topP, minP)
            row.randomBits = .max
            let result = try sample(strange, strange.map { _ in row })
            #expect(result.fast.map(\.tokenID) == result.reference.map(\.tokenID))
        }
    }

    @Test("Frequencies follow the softmax")
    func frequencies() throws {
        let row: [Float] = [0, 1, 2, -1]
        let weights: [Double] = [1, 2.718282, 7.389056, 0.367879]
        let count = 4000
        var random = SplitMix(seed: 5)
        let settings = (0..<count).map { _ in
            var row = SamplingRow()
            row.temperature = 1
            row.randomBits = random.next()
            return row
        }
        let result = try sample(Array(repeating: row, count: count), settings)
        for (id, weight) in weights.enumerated() {
            let expected = weight / weights.reduce(0, +)
            let found = Double(result.fast.count { $0.tokenID == id }) / Double(count)
            // Four standard deviations.
            #expect(abs(found - expected) < 4 * (expected * (1 - expected) / Double(count)).squareRoot())
        }
    }

    @Test("A vocabulary of 128256 gives the reference's tokens")
    func largeVocabulary() throws {
        var random = SplitMix(seed: 77)
        for spread in [0.1, 5] as [Float] {
            var row = SamplingRow()
            row.temperature = 1
            row.randomBits = random.next()
            var nucleus = row
            nucleus.topP = 0.9
            var both = nucleus
            both.topK = 50
            both.numLogprobs = 20
            let logits = logits(128256, spread: spread, seed: random.next()).map { $0 + random.float() * 0.01 }
            try expectEqual(sample([logits, logits, logits], [row, nucleus, both]))
        }
    }
}
