import MartletModelIR
import Testing

@testable import MartletCPUBackend

/// Masks, preferred tokens, probes and limits: the fast sampler against the sorting one.
struct SamplerRuleTests {
    /// Random masks; every third row has none.
    final class RandomMasks: TokenMasks {
        private let words: [UnsafeMutablePointer<UInt32>?]

        init(numRows: Int, vocab: Int, random: inout SplitMix) {
            words = (0..<numRows).map { row in
                guard row % 3 > 0 else { return nil }
                let words = UnsafeMutablePointer<UInt32>.allocate(capacity: (vocab + 31) / 32)
                for index in 0..<(vocab + 31) / 32 {
                    let bits = UInt32(truncatingIfNeeded: random.next())
                    words[index] = row % 3 == 1 ? bits : bits & UInt32(truncatingIfNeeded: random.next()) & 0x1111_8421
                }
                return words
            }
        }

        deinit { for words in words { words?.deallocate() } }

        func wait() {}

        func words(ofRow row: Int) -> UnsafePointer<UInt32>? { words[row].map { UnsafePointer($0) } }
    }

    private func run(
        _ sampler: any Sampler, _ logits: [Float], _ rows: [SamplingRow], _ masks: any TokenMasks
    ) -> [SampledRow] {
        var logits = logits
        let batch = SamplingBatch()
        batch.rows = rows
        batch.masks = masks
        logits.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let width = buffer.count / rows.count
            sampler.sample(LogitsView(base: base, numRows: rows.count, vocabSize: width), batch)
        }
        return batch.results
    }

    private func isNear(_ a: Float, _ b: Float) -> Bool { a == b || abs(a - b) < 1e-5 }

    @Test(
        "give what the reference gives", arguments: [5, 40, 1000, 51866], ["avx512", "avx2", "portable"])
    func equalsReference(vocab: Int, kernels: String) throws {
        guard let backend = try? CPUBackend(configuration: .init(numThreads: 2, kernels: kernels)) else { return }
        var random = SplitMix(seed: UInt64(vocab))
        let numRows = vocab > 10_000 ? 12 : 60
        var logits: [Float] = []
        var rows: [SamplingRow] = []
        var numPreferred = 0
        for index in 0..<numRows {
            var values = (0..<vocab).map { _ in (random.float() + random.float()) * 6 }
            let from = Int.random(in: 0..<vocab, using: &random)
            // Where nothing or everything is infinite, and where one text token is near all timestamps together.
            if index % 10 == 3 { for id in from..<vocab { values[id] = -.infinity } }
            if index % 10 == 5 { for id in 0..<from { values[id] = -.infinity } }
            if index % 10 == 7 { values[vocab / 2] = .nan }
            if index % 4 == 0 { for id in 0..<from { values[id] += 3 } }
            logits += values
            var row = SamplingRow()
            row.temperature = index % 2 == 0 ? 0 : 0.8
            row.randomBits = random.next()
            row.numLogprobs = index % 5 == 0 ? nil : 4
            row.preferredTokensFrom = index % 6 == 5 ? nil : Int32(from)
            row.probedTokenID = index % 2 == 0 ? Int32(vocab - 1) : nil
            if index % 7 == 0 { row.logprobLimit = Int32(1 + Int.random(in: 0..<vocab, using: &random)) }
            if index % 7 == 0, index % 2 == 0 { row.forcedTokenID = Int32(vocab / 2) }
            rows.append(row)
        }
        let masks = RandomMasks(numRows: numRows, vocab: vocab, random: &random)
        let fast = run(backend.makeSampler(vocabSize: vocab), logits, rows, masks)
        let reference = run(ReferenceSampler(), logits, rows, masks)
        for (index, (fast, reference)) in zip(fast, reference).enumerated() {
            #expect(fast.tokenID == reference.tokenID, "row \(index)")
            #expect(fast.rank == reference.rank, "row \(index)")
            #expect(isNear(fast.logprob, reference.logprob), "row \(index)")
            if rows[index].probedTokenID != nil { #expect(isNear(fast.probeLogprob, reference.probeLogprob)) }
            let finite = reference.topLogprobs.filter { $0.logprob > -.infinity }
            #expect(fast.topLogprobs.prefix(finite.count).map(\.tokenID) == finite.map(\.tokenID), "row \(index)")
            for (a, b) in zip(fast.topLogprobs, finite) { #expect(isNear(a.logprob, b.logprob)) }
            if let from = rows[index].preferredTokensFrom, reference.tokenID >= from { numPreferred += 1 }
        }
        #expect(numPreferred > 0)
    }

    @Test("A border that is no border, and ids outside the vocabulary, do nothing")
    func borders() throws {
        let backend = try CPUBackend(configuration: .init(numThreads: 1))
        for from in [-1, 0, 4, 5, .max] as [Int32] {
            var row = SamplingRow()
            row.preferredTokensFrom = from
            let masks = NoMasks()
            let logits: [Float] = [3, 2, 1, 0]
            #expect(run(backend.makeSampler(vocabSize: 4), logits, [row], masks)[0].tokenID == 0)
            #expect(run(ReferenceSampler(), logits, [row], masks)[0].tokenID == 0)
        }
    }

    final class NoMasks: TokenMasks {
        func wait() {}
        func words(ofRow row: Int) -> UnsafePointer<UInt32>? { nil }
    }
}
