#if canImport(CMartletTestSupport)
    import CMartletTestSupport
    import MartletModelIR
    import Testing

    @testable import MartletEngine

    @Suite(
        "A steady decode step allocates the array of its outputs and nothing else",
        .enabled(if: mts_can_count_allocations()))
    struct AllocationTests {
        /// Writes the same results every time; the real samplers have their own tests.
        final class ConstantSampler: Sampler {
            func sample(_ logits: LogitsView, _ batch: SamplingBatch) {
                for row in batch.results.indices { batch.results[row].tokenID = 1 }
            }
        }

        @Test("The counter sees Swift's allocations")
        func counterWorks() {
            mts_count_allocations()
            let array = [Int](repeating: 0, count: Int.random(in: 100...200))
            let count = mts_allocations()
            #expect(count == 1, "\(array.count)")
        }

        @Test("with and without penalties, sliding windows and states", arguments: [false, true], [false, true])
        func steadyDecode(penalties: Bool, isHybrid: Bool) throws {
            var configuration = EngineHarness.configuration(
                maxModelLen: 512, numBlocks: 4096, blockSize: 16, maxNumSeqs: 64, maxTokens: 256)
            configuration.seed = 1
            if isHybrid {
                // Checkpoints are made on the way, too.
                configuration.blockSize = 4
                configuration.windows = [.init(window: 20, numBlocks: 2000), .init(window: 50, numBlocks: 2000)]
                configuration.numStateCheckpoints = 70
                configuration.longRotaryLength = 500
            }
            let runner = BackendModelRunner(
                executable: HashExecutable(vocabSize: 8, maxLogitRows: configuration.maxLogitRows),
                kvCache: HashCache(configuration), sampler: ConstantSampler(),
                configuration: configuration)
            var loop = StepLoop(configuration: configuration, runner: runner)
            var params = SamplingParams()
            params.maxTokens = 400
            if penalties {
                params.repetitionPenalty = 1.5
                params.frequencyPenalty = 0.5
                params.logitBias = [2: 3]
            }
            let prompts = (0..<64 as Range<RequestID>).map { id in
                EngineRequest(id: id, promptTokenIDs: [Int32(id % 8), Int32(id / 8), 3], params: params)
            }
            try loop.add(prompts)
            // After 20 steps one more allocation has been seen in some builds, after 40 none.
            for _ in 0..<40 { _ = loop.step() }
            // 40 steps cross block borders twice: taking and registering blocks is part of the steady state.
            for step in 0..<40 {
                mts_count_allocations()
                let outputs = loop.step()
                let count = mts_allocations()
                #expect(outputs.count == 64)
                #expect(count == 1, "step \(step)")
            }
        }

        /// Gives zeros for all its tokens.
        final class ZeroExecutable: Executable {
            let outputWidth = 2
            private let rows: UnsafeMutablePointer<Float>
            private var numRows = 0

            init(maxTokens: Int) {
                rows = .allocate(capacity: 2 * maxTokens)
                rows.initialize(repeating: 0, count: 2 * maxTokens)
            }

            deinit { rows.deallocate() }

            func submit(_ batch: InputBatch, kvCache: any KVCacheStorage) throws(BackendError) {
                numRows = batch.numTokens
            }

            func collect() throws(BackendError) -> LogitsView {
                LogitsView(base: rows, numRows: numRows, vocabSize: outputWidth)
            }
        }

        struct OnlyOdd: TokenRules {
            var preferredTokensFrom: Int32? { 4 }

            func restrict(_ mask: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>) {
                if generated.last != 2 { mask[0] &= 0xAAAA_AAAA }
            }
        }

        @Test("with an encoder and token rules")
        func steadyEncoderDecode() throws {
            var configuration = EngineHarness.configuration(
                maxModelLen: 512, numBlocks: 4096, blockSize: 16, maxNumSeqs: 64, maxTokens: 256)
            configuration.numCrossSlots = 40
            configuration.maxNumEncoderInputs = 40
            let cache = HashCache(configuration)
            let shape = EncoderShape(numRows: 4, width: 2, numPositions: 2, numAlignmentHeads: 3)
            let stage = EncoderStage(
                encoder: ZeroExecutable(maxTokens: 80), crossAttentionKV: ZeroExecutable(maxTokens: 80), shape: shape,
                layout: cache.layout, configuration: configuration)
            let runner = BackendModelRunner(
                executable: HashExecutable(vocabSize: 8, maxLogitRows: configuration.maxLogitRows), kvCache: cache,
                sampler: ConstantSampler(), encoder: stage, configuration: configuration)
            var loop = StepLoop(configuration: configuration, runner: runner)
            let inputs = (0..<40).map { _ in
                EncoderInput(numRows: 4, width: 2, elements: Array(repeating: 0, count: 8))
            }
            var params = SamplingParams()
            params.maxTokens = 400
            try loop.add(
                (0..<64 as Range<RequestID>).map { id in
                    var request = EngineRequest(id: id, promptTokenIDs: [Int32(id % 8), 3], params: params)
                    request.encoderInput = inputs[Int(id) % 40]
                    request.probe = TokenProbe(position: 0, tokenID: 1)
                    request.wantsCrossWeights = true
                    if id % 2 == 0 { request.tokenRules = OnlyOdd() }
                    return request
                })
            for _ in 0..<60 { _ = loop.step() }
            for step in 0..<40 {
                mts_count_allocations()
                let outputs = loop.step()
                let count = mts_allocations()
                #expect(outputs.count == 64)
                #expect(count == 1, "step \(step)")
            }
        }
    }
#endif
