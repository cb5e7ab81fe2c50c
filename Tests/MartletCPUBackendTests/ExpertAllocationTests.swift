#if canImport(CMartletTestSupport)
    import CMartletTestSupport
    import MartletModelIR
    import Testing

    @testable import MartletCPUBackend

    @Suite("A layer of experts allocates nothing", .enabled(if: mts_can_count_allocations()))
    struct ExpertAllocationTests {
        @Test("On the submitting thread, few rows or many", arguments: [1, 2], [1, 40])
        func steadyStep(threads: Int, tokens: Int) throws {
            let mixture = ExpertTests.Mixture()
            let backend = try CPUBackend(configuration: .init(numThreads: threads))
            let executable = try backend.compile(
                mixture.program(), weights: RandomWeights(mixture.program().weights, format: .bf16),
                options: CompileOptions(maxNumBatchedTokens: 64, maxNumSeqs: 4, maxLogitRows: 4, maxModelLen: 64))
            let cache = try backend.makeKVCache(KVCacheLayout([], numBlocks: 4, blockSize: 16), dtype: .bfloat16)
            let batch = InputBatch(maxTokens: 64, maxRequests: 4, maxBlocksPerRequest: 4, maxLogitRows: 4)
            (batch.numTokens, batch.numRequests, batch.numLogitRows) = (tokens, 1, 1)
            for token in 0..<tokens {
                batch.tokenIDs[token] = Int32(token)
                batch.positions[token] = Int32(token)
            }
            (batch.queryStartLoc[1], batch.seqLens[0]) = (Int32(tokens), Int32(tokens))
            for step in 0..<20 {
                mts_count_allocations()
                try executable.submit(batch, kvCache: cache)
                let count = mts_allocations()
                // The first steps warm up what is allocated once.
                if step >= 5 { #expect(count == 0) }
            }
        }
    }
#endif
