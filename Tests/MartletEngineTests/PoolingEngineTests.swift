import MartletModelIR
import Synchronization
import Testing

@testable import MartletEngine

/// Over a model whose rows depend on every token before them.
@Suite struct PoolingEngineTests {
    private static func engine(
        maxTokens: Int = 32,
        onSubmit: @escaping @Sendable (InputBatch) throws(BackendError) -> Void = { _ throws(BackendError) in },
        _ change: (inout PoolingConfiguration) -> Void = { _ in }
    ) -> PoolingEngine {
        var configuration = PoolingConfiguration(maxModelLen: 100, maxNumBatchedTokens: maxTokens)
        configuration.maxNumSeqs = 4
        configuration.blockSize = 4
        change(&configuration)
        var cache = EngineConfiguration(maxModelLen: 100, numBlocks: configuration.numBlocks)
        cache.blockSize = 4
        let executable = HashExecutable(vocabSize: 6, maxLogitRows: maxTokens)
        executable.onSubmit = onSubmit
        var recorder = Recorder()
        let table = WeightRef(name: "table", shape: [50, 6])
        let output = recorder.emit(.embed(table, .tokenID), name: "table")
        let runner = SequenceRunner(
            program: recorder.finish(output), executable: executable,
            kvCache: HashCache(cache), vocabSize: 50,
            configuration: configuration)
        return PoolingEngine(configuration: configuration, runner: runner)
    }

    private static func requests(_ lengths: [Int], _ poolings: [PoolingType] = [.mean]) -> [PoolingRequest] {
        lengths.map { length in
            PoolingRequest(tokenIDs: (0..<length).map { Int32(($0 * 7 + length) % 50) }, poolings: poolings)
        }
    }

    @Test("a vector does not depend on its company, on the size of the steps, or on being cut")
    func invariance() async throws {
        let requests = Self.requests([3, 30, 1, 17, 8, 32, 5, 90, 2], PoolingType.allCases)
        let engine = Self.engine()
        let together = try await engine.pool(requests)
        for (request, vector) in zip(requests, together) {
            #expect(try await Self.engine(maxTokens: 100).pool([request]) == [vector])
            #expect(vector.count == 6 * PoolingType.allCases.count)
        }
        #expect(engine.currentStatistics.promptTokens == 188)
        #expect(engine.currentStatistics.numWaiting == 0)
    }

    @Test("poolings are what their names say")
    func poolings() async throws {
        let rows: [[Float]] = try await {
            let engine = Self.engine(maxTokens: 100)
            var rows: [[Float]] = []
            for length in 1...3 {
                rows += try await engine.pool([
                    PoolingRequest(tokenIDs: Array([4, 9, 2].prefix(length)), poolings: [.last])
                ])
            }
            return rows
        }()
        func pool(_ pooling: PoolingType, skip: Int = 0) async throws -> [Float] {
            try await Self.engine().pool([
                PoolingRequest(tokenIDs: [4, 9, 2], poolings: [pooling], numSkippedTokens: skip)
            ])[0]
        }
        func near(_ x: [Float], _ y: [Float]) -> Bool { zip(x, y).allSatisfy { abs($0 - $1) < 1e-5 } }
        let columns = rows[0].indices
        #expect(try await pool(.cls) == rows[0])
        #expect(try await pool(.last) == rows[2])
        #expect(try await pool(.max) == columns.map { c in rows.map { $0[c] }.max()! })
        #expect(near(try await pool(.mean), columns.map { c in (rows[0][c] + rows[1][c] + rows[2][c]) / 3 }))
        let root = Float(3).squareRoot()
        #expect(near(try await pool(.meanSqrtLen), columns.map { c in (rows[0][c] + rows[1][c] + rows[2][c]) / root }))
        #expect(
            near(try await pool(.weightedMean), columns.map { c in (rows[0][c] + 2 * rows[1][c] + 3 * rows[2][c]) / 6 })
        )
        #expect(try await pool(.cls, skip: 1) == rows[1])
        #expect(near(try await pool(.mean, skip: 1), columns.map { c in (rows[1][c] + rows[2][c]) / 2 }))
        #expect(try await pool(.mean, skip: 99) == rows[2])
    }

    @Test("what can never be served is refused, all or none")
    func refusals() async throws {
        let engine = Self.engine()
        for bad in [
            PoolingRequest(tokenIDs: [], poolings: [.cls]), PoolingRequest(tokenIDs: [50], poolings: [.cls]),
            PoolingRequest(tokenIDs: [-1], poolings: [.cls]),
            PoolingRequest(tokenIDs: [Int32](repeating: 1, count: 101), poolings: [.cls]),
            PoolingRequest(tokenIDs: [1, 2], tokenTypes: [0], poolings: [.cls]),
        ] {
            let error = await #expect(throws: EngineError.self) {
                try await engine.pool(Self.requests([3]) + [bad])
            }
            guard case .invalidRequest = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(engine.currentStatistics.numSteps == 0)
    }

    @Test("a step that fails fails its requests, and the engine lives on")
    func failure() async throws {
        let steps = StepCounter()
        let engine = Self.engine(onSubmit: { _ throws(BackendError) in
            if steps.count.add(1, ordering: .relaxed).newValue == 1 {
                throw BackendError(backend: "hash", message: "broken")
            }
        })
        await #expect(throws: EngineError.backend("hash backend: broken")) {
            try await engine.pool(Self.requests([30, 30]))
        }
        #expect(try await engine.pool(Self.requests([30])).count == 1)
    }

    @Test("after shutting down nothing is taken in, and draining waits for what was")
    func shutDown() async throws {
        let engine = Self.engine()
        async let answer = engine.pool(Self.requests([30, 30, 30, 30]))
        #expect(try await answer.count == 4)
        await engine.drain()
        await #expect(throws: EngineError.shutDown) { try await engine.pool(Self.requests([3])) }
        await engine.shutDown()
    }

    @Test("more waiting sequences than the limit are refused while others wait")
    func queueLimit() {
        var queue = PoolingQueue()
        #expect(queue.next(maxTokens: 10, maxSequences: 4).isEmpty)
        let job = PoolingJobs.make(Self.requests([6, 4, 5, 20, 1]))
        queue.append(job)
        #expect(queue.next(maxTokens: 10, maxSequences: 4).map(\.index) == [0, 1])
        #expect(queue.next(maxTokens: 10, maxSequences: 4).map(\.index) == [2])
        #expect(queue.next(maxTokens: 10, maxSequences: 4).map(\.index) == [3])
        #expect(queue.count == 1)
        #expect(queue.remove(where: { $0 === job }).count == 1)
        #expect(queue.count == 0)
    }
}

/// Jobs nobody waits for.
private enum PoolingJobs {
    static func make(_ requests: [PoolingRequest]) -> PoolingJob {
        PoolingJob(id: 1, requests: requests, continuation: nil)
    }
}

private final class StepCounter: Sendable {
    let count = Atomic<Int>(0)
}
