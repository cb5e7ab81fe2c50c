#if canImport(CMartletTestSupport)
    import CMartletTestSupport
    import MartletModelIR
    import Testing

    @testable import MartletCPUBackend

    @Suite("A step of the CPU backend allocates nothing", .enabled(if: mts_can_count_allocations()))
    struct AllocationTests {
        @Test("With every form of attention", arguments: OpInvarianceTests.models, [1, 33])
        func attentions(model: OpInvarianceTests.Model, tokens: Int) throws {
            let backend = try CPUBackend(configuration: .init(numThreads: 2))
            let executable = try backend.compile(
                model.program, weights: RandomWeights(model.program.weights),
                options: CompileOptions(maxNumBatchedTokens: 64, maxNumSeqs: 4, maxLogitRows: 4, maxModelLen: 64))
            let cache = try backend.makeKVCache(
                KVCacheLayout(model.specs, numBlocks: 4, blockSize: 16), dtype: .int8)
            let batch = batch(tokens)
            for step in 0..<20 {
                mts_count_allocations()
                try executable.submit(batch, kvCache: cache)
                let count = mts_allocations()
                if step >= 5 { #expect(count == 0) }
            }
        }

        private func batch(_ tokens: Int) -> InputBatch {
            let batch = InputBatch(maxTokens: 64, maxRequests: 4, maxBlocksPerRequest: 4, maxLogitRows: 4)
            (batch.numTokens, batch.numRequests, batch.numLogitRows) = (tokens, 1, 1)
            for token in 0..<tokens {
                batch.positions[token] = Int32(token)
                batch.slotMapping()[token] = Int32(token)
            }
            for block in 0..<4 { batch.blockTables()[block] = Int32(block) }
            (batch.queryStartLoc[1], batch.seqLens[0], batch.logitRows[0]) = (
                Int32(tokens), Int32(tokens), Int32(tokens - 1)
            )
            return batch
        }

        @Test("On the submitting thread, prompt or decode, sampling included", arguments: [1, 2], [1, 33])
        func steadyStep(threads: Int, tokens: Int) throws {
            let model = TinyModel()
            let backend = try CPUBackend(configuration: .init(numThreads: threads))
            let executable = try backend.compile(
                model.program(), weights: RandomWeights(model.program().weights, format: .bf16),
                options: CompileOptions(maxNumBatchedTokens: 64, maxNumSeqs: 4, maxLogitRows: 4, maxModelLen: 64))
            let cache = try backend.makeKVCache(
                KVCacheLayout([.full(model.spec(0)), .full(model.spec(1))], numBlocks: 4, blockSize: 16),
                dtype: .bfloat16)
            let sampler = backend.makeSampler(vocabSize: model.vocab)
            let batch = batch(tokens)
            let sampling = SamplingBatch()
            sampling.rows = [SamplingRow()]
            sampling.results = [SampledRow()]
            for step in 0..<20 {
                mts_count_allocations()
                try executable.submit(batch, kvCache: cache)
                sampler.sample(try executable.collect(), sampling)
                let count = mts_allocations()
                // The first steps warm up what is allocated once.
                if step >= 5 { #expect(count == 0) }
            }
        }
    }
#endif
