import MartletModelIR
import Testing

@testable import MartletCPUBackend

@Suite struct StepProfileTests {
    @Test("A profile names every part once for all layers, counts its work, and has no more than the step's time")
    func profile() throws {
        let model = TinyModel()
        let profile = StepProfile()
        var options = CompileOptions(maxNumBatchedTokens: 8, maxNumSeqs: 1, maxLogitRows: 1, maxModelLen: 16)
        options.profile = profile
        let backend = try CPUBackend(configuration: .init(numThreads: 2))
        let executable = try backend.compile(
            model.program(), weights: RandomWeights(model.program().weights, format: .bf16), options: options)
        let cache = try backend.makeKVCache(
            KVCacheLayout(model.kvCacheSpecs, numBlocks: 1, blockSize: 16), dtype: .bfloat16)
        let batch = InputBatch(maxTokens: 8, maxRequests: 1, maxBlocksPerRequest: 1, maxLogitRows: 1)
        (batch.numTokens, batch.numRequests, batch.numLogitRows) = (3, 1, 1)
        for token in 0..<3 {
            batch.positions[token] = Int32(token)
            batch.slotMapping()[token] = Int32(token)
        }
        (batch.queryStartLoc[1], batch.seqLens[0], batch.logitRows[0]) = (3, 3, 2)
        let start = ContinuousClock.now
        for _ in 0..<2 { try executable.submit(batch, kvCache: cache) }
        let whole = (ContinuousClock.now - start) / .seconds(1)

        let entries = profile.entries
        #expect(Set(entries.map(\.name)).count == entries.count)
        let down = try #require(entries.first { $0.name.hasPrefix("linear") && $0.name.hasSuffix("down_proj") })
        #expect(down.calls == 2 * model.layers)
        #expect(down.operations == 2 * model.layers * 3 * 2 * model.hidden * model.intermediate)
        #expect(down.weightBytes == 2 * model.layers * 2 * model.hidden * model.intermediate)
        let attend = try #require(entries.first { $0.name.hasPrefix("attend ") })
        #expect(attend.name.contains(".*.") && attend.calls == 2 * model.layers)
        let sum = entries.map(\.seconds).reduce(0, +)
        #expect(sum > 0 && sum <= whole)
        profile.reset()
        #expect(profile.entries.allSatisfy { $0.calls == 0 && $0.seconds == 0 })
    }
}
