import MartletModelIR
import Synchronization
import Testing

@testable import MartletEngine

@Suite("The engine on its own thread", .timeLimit(.minutes(1)))
struct EngineCoreTests {
    private struct Engine {
        let core: EngineCore
        let outputs: AsyncStream<[RequestOutput]>

        /// Collects outputs until the given requests are finished.
        func results(of ids: Set<RequestID>) async -> [RequestID: (tokenIDs: [Int32], last: RequestOutput)] {
            var results: [RequestID: (tokenIDs: [Int32], last: RequestOutput)] = [:]
            var open = ids
            for await step in outputs {
                for output in step {
                    results[output.id] = ((results[output.id]?.tokenIDs ?? []) + output.newTokenIDs, output)
                    if output.finishReason != nil { open.remove(output.id) }
                }
                if open.isEmpty { break }
            }
            return results
        }
    }

    private func makeEngine(
        _ configuration: EngineConfiguration = EngineHarness.configuration(),
        onSubmit: @escaping @Sendable () throws(BackendError) -> Void = { () throws(BackendError) in }
    ) -> Engine {
        let (stream, continuation) = AsyncStream.makeStream(of: [RequestOutput].self)
        let core = EngineCore(configuration: configuration, runner: makeRunner(configuration, onSubmit)) {
            continuation.yield($0)
        }
        return Engine(core: core, outputs: stream)
    }

    private func makeRunner(
        _ configuration: EngineConfiguration, _ onSubmit: @escaping @Sendable () throws(BackendError) -> Void
    ) -> sending any ModelRunner {
        let executable = HashExecutable(
            vocabSize: EngineHarness.vocabSize, maxLogitRows: configuration.maxLogitRows)
        executable.onSubmit = { _ throws(BackendError) in try onSubmit() }
        return BackendModelRunner(
            executable: executable,
            kvCache: HashCache(configuration),
            sampler: PlainSampler(), configuration: configuration)
    }

    /// Long enough that whatever a test does happens while requests run.
    private static let endless: EngineConfiguration = {
        var configuration = EngineHarness.configuration(
            maxModelLen: 200_000, numBlocks: 50_000, blockSize: 16, maxNumSeqs: 4)
        configuration.enablePrefixCaching = true
        return configuration
    }()

    private func endlessRequest(_ id: RequestID) -> EngineRequest {
        var params = SamplingParams()
        params.maxTokens = 100_000
        return EngineRequest(id: id, promptTokenIDs: [1, 2, Int32(id)], params: params)
    }

    @Test("answers many callers at once as the naive loop would")
    func manyCallers() async throws {
        let engine = makeEngine()
        var generator = RequestGenerator(seed: 3)
        let requests = (0..<40 as Range<RequestID>).map { generator.request($0) }
        async let results = engine.results(of: Set(requests.map(\.id)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for request in requests { group.addTask { try await engine.core.add(request) } }
            try await group.waitForAll()
        }
        let naive = NaiveGenerator(vocabSize: EngineHarness.vocabSize, maxModelLen: 64, engineSeed: 0)
        for (id, result) in await results {
            let expected = naive.generate(requests[Int(id)])
            #expect(result.tokenIDs == expected.tokenIDs)
            #expect(result.last.finishReason == expected.finishReason)
            #expect(result.last.statistics?.numGenerationTokens == expected.tokenIDs.count)
        }
        await engine.core.drain()
        await engine.core.checkIntegrity()
        let statistics = engine.core.statistics
        #expect(statistics.numRunning == 0 && statistics.numWaiting == 0 && statistics.kvCacheUsage == 0)
        #expect(statistics.lastStep != nil)
        await engine.core.shutDown()
    }

    @Test("ends aborted requests while they run or wait, and lets the others live")
    func abort() async throws {
        let engine = makeEngine(Self.endless)
        try await engine.core.add((0..<6 as Range<RequestID>).map(endlessRequest))
        let first = await engine.outputs.first { _ in true }
        #expect(first?.count == 4)
        await engine.core.abort([0, 5, 77])
        let results = await engine.results(of: [0, 5])
        #expect(results[0]?.last.finishReason == .abort)
        #expect(results[5]?.last.finishReason == .abort && results[5]?.tokenIDs.isEmpty == true)
        #expect(results[1]?.last.finishReason == nil)
        await engine.core.shutDown()
    }

    @Test("drains: finishes what it has and refuses what comes")
    func drain() async throws {
        let engine = makeEngine()
        var generator = RequestGenerator(seed: 4)
        let requests = (0..<20 as Range<RequestID>).map { generator.request($0) }
        try await engine.core.add(requests)
        await engine.core.drain()
        let statistics = engine.core.statistics
        #expect(statistics.numRunning + statistics.numWaiting == 0)
        let results = await engine.results(of: Set(requests.map(\.id)))
        #expect(results.values.allSatisfy { $0.last.finishReason == .stop || $0.last.finishReason == .length })
        await #expect(throws: EngineError.shutDown) { try await engine.core.add(requests[0]) }
        await engine.core.drain()
        await engine.core.shutDown()
    }

    @Test("shuts down: aborts everything, releases those who drain, and answers calls after it")
    func shutDown() async throws {
        let engine = makeEngine(Self.endless)
        try await engine.core.add((0..<6 as Range<RequestID>).map(endlessRequest))
        _ = await engine.outputs.first { _ in true }
        async let drained: Void = engine.core.drain()
        await engine.core.shutDown()
        await drained
        let results = await engine.results(of: Set(0..<6))
        #expect(results.values.allSatisfy { $0.last.finishReason == .abort })
        for _ in 0..<10 {
            await #expect(throws: EngineError.shutDown) { try await engine.core.add(endlessRequest(9)) }
            await engine.core.abort([0])
            await engine.core.shutDown()
        }
        #expect(await engine.core.resetPrefixCache())
        #expect(engine.core.statistics.kvCacheUsage == 0)
    }

    @Test("lives on after a backend error")
    func backendError() async throws {
        let numSteps = Mutex(0)
        let engine = makeEngine { () throws(BackendError) in
            let step = numSteps.withLock { count in
                count += 1
                return count
            }
            if step == 2 { throw BackendError(backend: "hash", message: "lost a device") }
        }
        var params = SamplingParams()
        params.maxTokens = 5
        try await engine.core.add(EngineRequest(id: 0, promptTokenIDs: [1], params: params))
        let failed = await engine.results(of: [0])
        #expect(failed[0]?.last.finishReason == .error)
        #expect(failed[0]?.last.errorMessage == "hash backend: lost a device")
        try await engine.core.add(EngineRequest(id: 1, promptTokenIDs: [1], params: params))
        let served = await engine.results(of: [1])
        #expect(served[1]?.tokenIDs.count == 5)
        await engine.core.shutDown()
    }

    @Test("ends with its last reference, without shutDown")
    func release() async throws {
        weak var weakCore: EngineCore?
        do {
            let engine = makeEngine()
            weakCore = engine.core
            var generator = RequestGenerator(seed: 9)
            try await engine.core.add(generator.request(1))
            _ = await engine.results(of: [1])
        }
        // The thread may hold the engine for the step it is in.
        while weakCore != nil { await Task.yield() }
    }
}
